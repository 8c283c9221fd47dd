// Pictures of every page and mail, light and dark, for people to look at: target/shots/.
import { join } from "node:path";

import { expect, hydrated, PEOPLE, test } from "../fixtures";
import { CUSTOMER_PAGES, PUBLIC_PAGES, STAFF_PAGES } from "../pages";

test("pictures", async ({ app, browser }) => {
  test.setTimeout(600_000);
  const folder = process.env.FAULTDESK_SHOTS_DIR ?? "../target/shots";
  const project = test.info().project;
  const viewport = project.use.viewport ?? { width: 1440, height: 900 };
  const take = async (email: string | null, pages: readonly (readonly [string, string])[]) => {
    const signedIn = email ? await app.signIn(browser, email, "/account", { viewport }) : null;
    const context = signedIn?.context ?? (await browser.newContext({ baseURL: app.url, viewport }));
    const page = signedIn?.page ?? (await context.newPage());
    for (const [name, path] of pages) {
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        await page.goto(path);
        await hydrated(page);
        await page.screenshot({ path: join(folder, `${name}.${project.name}.${colorScheme}.png`) });
      }
    }
    await context.close();
  };
  for (const target of ["kch-sip", "hdg-mail", "slm-booking"]) await app.breakTarget(target, "error");
  const opened = async () => (await app.mailsTo(PEOPLE.engineer, /Critical/)).length;
  await expect.poll(opened, { timeout: 60_000 }).toBeGreaterThanOrEqual(3);
  const [mail] = await app.mailsTo(PEOPLE.manager, /Critical/);
  const number = /\[F-(\d+)\]/.exec(mail?.headers.subject ?? "")?.[1] ?? "0";
  const link = /https?:\/\/[^/]+(\/a\/\S+)/.exec(mail?.text ?? "")?.[1] ?? "/a/x";
  await take(PEOPLE.administrator, [...STAFF_PAGES, ["sheet", `/board/f/${number}`], ["fault", `/f/${number}`]]);
  await take(PEOPLE.manager, [...CUSTOMER_PAGES, ["customer-fault", `/f/${number}`]]);
  await take(null, [...PUBLIC_PAGES, ["ack", link]]);
  for (const target of ["kch-sip", "hdg-mail", "slm-booking"]) await app.mend(target);
});
