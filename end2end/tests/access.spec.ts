// Who sees what: the same answer for another customer's row as for one that does not exist.
import { expect, PASSWORD, PEOPLE, test } from "../fixtures";

test("a customer cannot tell another customer's host from one that does not exist", async ({ app, browser }) => {
  const { page, context } = await app.signIn(browser, PEOPLE.manager, "/systems");
  const answer = async (path: string) => {
    const response = await page.request.get(path);
    const body = (await response.text()).replaceAll(/nonce="[^"]*"|hdg-pbx-01|no-such-host/g, "");
    return { status: response.status(), body };
  };
  const other = await answer("/hosts/hdg-pbx-01");
  const none = await answer("/hosts/no-such-host");
  expect(other.status).toBe(404);
  expect(other).toEqual(none);
  expect((await answer("/hosts/kch-pbx-frome")).status).toBe(200);
  const call = (name: string) => answer(`/api/hosts/page?name=${name}&range=24h`);
  expect(await call("hdg-pbx-01")).toEqual(await call("no-such-host"));
  expect((await call("no-such-host")).status).toBe(404);
  for (const path of ["/mail", "/lab", "/wall", "/board"]) expect((await answer(path)).status, path).not.toBe(200);
  await context.close();
});

test("an address that leads nowhere says so to everybody, with a way on that is theirs", async ({ app, browser }) => {
  const readers = [
    [PEOPLE.engineer, "Go to the fault board", "/board"],
    [PEOPLE.viewer, "Go to your systems", "/systems"],
    [null, "Sign in", "/sign-in"],
  ] as const;
  for (const [email, words, way] of readers) {
    const context = email ? (await app.signIn(browser, email, "/account")).context : await browser.newContext({ baseURL: app.url });
    const page = await context.newPage();
    for (const path of ["/nowhere", "/board/nothing/here"]) {
      const response = await page.goto(path);
      expect(response?.status(), `${path} for ${email}`).toBe(404);
      await expect(page.getByRole("heading", { name: "There is no page at this address" })).toBeVisible();
      await expect(page.getByRole("link", { name: words })).toHaveAttribute("href", way);
    }
    await context.close();
  }
});

test("a page loads its data once", async ({ app, browser }) => {
  const { page, context } = await app.signIn(browser, PEOPLE.manager, "/systems");
  for (const path of ["/systems", "/hosts/kch-pbx-frome", "/hosts/no-such-host", "/people"]) {
    // Several looks: the second load came and went with the timing of the first.
    for (let look = 0; look < 5; look += 1) {
      const text = await (await page.request.get(path)).text();
      expect(text.match(/__RESOLVED_RESOURCES\[\d+\] =/g), `${path}: the reader and the page`).toHaveLength(2);
    }
  }
  await context.close();
});

test("an unknown address and a wrong password get the same words", async ({ app, page }) => {
  const words: string[] = [];
  for (const email of ["nobody@faultdesk.example", PEOPLE.viewer]) {
    await page.goto(`${app.url}/sign-in`);
    await page.getByLabel("Email").fill(email);
    await page.getByLabel("Password").fill("not the password");
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    words.push(await page.getByRole("alert").first().innerText());
  }
  expect(words[0]).toBe(words[1]);
});

test("without scripts a person signs in, reads the board and signs out", async ({ app, browser }) => {
  const context = await browser.newContext({ javaScriptEnabled: false, baseURL: app.url });
  const page = await context.newPage();
  await page.goto("/board");
  await expect(page).toHaveURL(/\/sign-in/);
  await page.getByLabel("Email").fill(PEOPLE.engineer);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Fault board" })).toBeVisible();
  await page.goto("/account");
  await page.getByRole("button", { name: /^Sign out$/ }).first().click();
  await page.goto("/board");
  await expect(page).toHaveURL(/\/sign-in/);
  await context.close();
});

test("a post from another site is refused", async ({ app, request }) => {
  const answer = await request.post(`${app.url}/api/session/sign-out`, { headers: { origin: "https://evil.example" } });
  expect(answer.status()).toBe(403);
});
