// Who sees what: the same answer for another customer's row as for one that does not exist.
import { expect, PASSWORD, PEOPLE, test } from "../fixtures";

test("a customer cannot tell another customer's host from one that does not exist", async ({ app, browser }) => {
  const { page, context } = await app.signIn(browser, PEOPLE.manager, "/systems");
  const answer = async (path: string) => {
    const response = await page.request.get(path);
    // What scripts hold is numbered by the timing of the render; the calls below compare the data itself.
    const text = (await response.text()).replaceAll(/<script[^>]*>.*?<\/script>/gs, "");
    const body = text.replaceAll(/nonce="[^"]*"|hdg-pbx-01|no-such-host/g, "");
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
