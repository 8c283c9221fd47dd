// Pictures of every page, light and dark, for people to look at: target/shots/.
import { join } from "node:path";

import { expect, hydrated, PEOPLE, test } from "../fixtures";
import { CUSTOMER_PAGES, makeSituation, PUBLIC_PAGES, STAFF_PAGES, type View } from "../pages";

/** Besides the kept sizes: where the rail has shrunk, and a large screen. */
const MORE_SIZES = [
  { width: 1100, height: 800 },
  { width: 1280, height: 720 },
  { width: 1920, height: 1080 },
] as const;
const IN_MORE_SIZES = ["board", "wall", "sheet", "hosts"];

test("pictures", async ({ app, browser }) => {
  test.setTimeout(600_000);
  const folder = process.env.FAULTDESK_SHOTS_DIR ?? "../target/shots";
  const project = test.info().project;
  const viewport = project.use.viewport ?? { width: 1440, height: 900 };
  const broken = ["kch-sip", "hdg-mail", "slm-booking"];
  for (const target of broken.slice(1)) await app.breakTarget(target, "error");
  const situation = await makeSituation(app, browser, "kch-sip");
  const opened = async () => (await app.mailsTo(PEOPLE.engineer, /Critical/)).length;
  await expect.poll(opened, { timeout: 60_000 }).toBeGreaterThanOrEqual(broken.length);

  const take = async (email: string | null, views: readonly View[]) => {
    const signedIn = email ? await app.signIn(browser, email, "/account", { viewport }) : null;
    const context = signedIn?.context ?? (await browser.newContext({ baseURL: app.url, viewport }));
    const page = signedIn?.page ?? (await context.newPage());
    const picture = async (view: View, size: string, colorScheme: "light" | "dark") => {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.goto(view.path(situation));
      await hydrated(page);
      await view.arrange?.(page);
      await page.screenshot({ path: join(folder, `${view.name}.${size}.${colorScheme}.png`) });
    };
    for (const view of views) {
      for (const colorScheme of ["light", "dark"] as const) await picture(view, project.name, colorScheme);
    }
    const more = project.name === "desktop" ? MORE_SIZES : [];
    for (const size of more) {
      await page.setViewportSize(size);
      for (const view of views.filter((view) => IN_MORE_SIZES.includes(view.name))) {
        await picture(view, `${size.width}`, "light");
      }
    }
    await context.close();
  };
  await take(PEOPLE.administrator, STAFF_PAGES);
  await take(PEOPLE.manager, CUSTOMER_PAGES);
  await take(null, PUBLIC_PAGES);
  for (const target of broken) await app.mend(target);
});
