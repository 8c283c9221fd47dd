// A fault from target to board to mailbox and back, as people live it.
import { expect, hydrated, PEOPLE, test } from "../fixtures";

test("a fault reaches board and mailbox, is acknowledged by mail and on the board, and recovers in the same thread", async ({
  app,
  browser,
}) => {
  test.setTimeout(120_000);
  const options = { viewport: test.info().project.use.viewport ?? null };
  const target = test.info().project.name === "phone" ? "kch-voicemail" : "kch-sip";
  const words = target === "kch-sip" ? "SIP trunk is down" : "Voicemail page is down";
  const { page: board, context } = await app.signIn(browser, PEOPLE.administrator, "/board", options);
  await hydrated(board);
  // Other hosts have services of that name too.
  const row = board.getByRole("article").filter({ hasText: words }).filter({ hasText: "kch-pbx-frome" });
  await expect(row).toHaveCount(0);

  await app.breakTarget(target, "refuse");
  await expect(row, "the board of another person changes without a reload").toBeVisible({ timeout: 30_000 });

  const opened = new RegExp(`Critical: kch-pbx-frome: ${words}`);
  for (const person of [PEOPLE.manager, PEOPLE.engineer]) {
    await expect.poll(async () => (await app.mailsTo(person, opened)).length, { timeout: 20_000 }).toBe(1);
  }
  const [first] = await app.mailsTo(PEOPLE.manager, opened);
  if (!first) throw new Error("no mail");
  expect(first.headers["auto-submitted"]).toBe("auto-generated");
  expect(first.html).toContain("Acknowledge");
  const link = /(http\S+\/a\/\S+)/.exec(first.text)?.[1];
  if (!link) throw new Error(`no link in ${first.text}`);

  // Mail scanners open links: looking changes nothing.
  for (let look = 0; look < 5; look += 1) expect((await fetch(link)).status).toBe(200);
  const reader = await browser.newContext(options);
  const mailPage = await reader.newPage();
  await mailPage.goto(link);
  await mailPage.getByRole("button", { name: /acknowledge/i }).click();
  await expect(mailPage.getByText("Acknowledged by you")).toBeVisible();
  await mailPage.goto(link);
  await expect(mailPage.getByRole("button", { name: /^acknowledge/i }), "who did it is said instead of asked again").toHaveCount(0);
  await reader.close();

  // The customer's acknowledgement is not ours: the row is still lit.
  await row.getByRole("button", { name: /Acknowledge/ }).click();
  await expect(row.getByText("Ellie Marsh")).toBeVisible();

  await app.mend(target);
  const recovered = new RegExp(`Recovered: kch-pbx-frome: ${words}`);
  for (const person of [PEOPLE.manager, PEOPLE.engineer]) {
    await expect.poll(async () => (await app.mailsTo(person, recovered)).length, { timeout: 30_000 }).toBe(1);
  }
  const [last] = await app.mailsTo(PEOPLE.manager, recovered);
  expect(last?.headers["in-reply-to"]).toBe(first.headers["message-id"]);
  expect(last?.headers.references).toContain(first.headers["message-id"]);
  await expect(row, "a row under the pointer changes in place").toContainText(/Recovered/, { timeout: 30_000 });
  await board.getByRole("heading", { level: 1 }).click();
  await expect(row, "once nobody reads there, a recovered fault leaves the open list").toHaveCount(0, { timeout: 30_000 });
  expect((await app.mailsTo(PEOPLE.manager, opened)).length, "still one mail of the opening").toBe(1);
  await context.close();
});

test("a server that is killed in an outage forgets nothing and tells nobody twice", async ({ app, browser }) => {
  test.setTimeout(120_000);
  await app.breakTarget("wht-db", "refuse");
  const opened = /Critical: wht-db-01: Database port is down/;
  await expect.poll(async () => (await app.mailsTo(PEOPLE.engineer, opened)).length, { timeout: 30_000 }).toBe(1);
  const { page, context } = await app.signIn(browser, PEOPLE.administrator, "/board");
  const row = page.getByRole("article").filter({ hasText: "Database port is down" });
  const before = await row.locator("time").first().getAttribute("datetime");
  const sheet = (await row.getByRole("link").first().getAttribute("href")) ?? "";

  await app.kill("SIGKILL");
  await app.serve();
  // It may have recovered by now: the lab is new after a restart, so its target is whole again.
  await page.goto(sheet);
  await expect(page.locator(`time[datetime="${before ?? ""}"]`).first()).toBeVisible();
  expect((await app.mailsTo(PEOPLE.engineer, opened)).length).toBe(1);
  await expect.poll(async () => (await app.mailsTo(PEOPLE.engineer, /Recovered: wht-db-01/)).length, { timeout: 30_000 }).toBe(1);
  await context.close();
});

test("mails wait for a mail server that is away and then arrive in order", async ({ app, browser }) => {
  test.setTimeout(120_000);
  const { page, context } = await app.signIn(browser, PEOPLE.administrator, "/account");
  const open = async () => {
    const board = (await (await page.request.get("/api/board/staff")).json()) as { faults: { host_name: string }[] };
    return board.faults.map((fault) => fault.host_name).sort();
  };
  await app.mail.stop();
  await app.breakTarget("avf-pbx", "refuse");
  await app.breakTarget("bss-card", "refuse");
  await expect.poll(open, { timeout: 30_000 }).toEqual(expect.arrayContaining(["avf-pbx-01", "bss-mitel-01"]));
  await app.mend("avf-pbx");
  await app.mend("bss-card");
  await expect.poll(open, { timeout: 30_000 }).not.toEqual(expect.arrayContaining(["avf-pbx-01"]));
  await app.mail.resume();
  for (const name of ["avf-pbx-01", "bss-mitel-01"]) {
    const state = (word: string) => app.mailsTo(PEOPLE.engineer, new RegExp(`${word}: ${name}`));
    await expect.poll(async () => (await state("Recovered")).length, { timeout: 60_000 }).toBe(1);
    expect((await state("Critical")).length).toBe(1);
  }
  await context.close();
});
