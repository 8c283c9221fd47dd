// What becomes of a ticket: taken back in time, crossing replies, who else is here, closed and rated by the customer.
import { expect, PEOPLE, test } from "../fixtures";

const FIELD = "Reply to the customer, or a note for staff";

test("live news never touch a half-written reply, and crossing replies are read first", async ({ app, browser }) => {
  // Two replies wait ten seconds each.
  test.setTimeout(90_000);
  const priya = await app.signIn(browser, PEOPLE.engineer, "/t/2004");
  const ellie = await app.signIn(browser, PEOPLE.administrator, "/t/2004");
  const field = priya.page.getByLabel(FIELD);
  await expect(field).toBeVisible();

  // Both see each other.
  await field.pressSequentially("Dear Hugh, we have ");
  await expect(ellie.page.getByText("Priya Nair is typing.")).toBeVisible({ timeout: 40_000 });

  // Ellie takes her first reply back, and sends the second.
  await ellie.page.getByLabel(FIELD).fill("Too early");
  await ellie.page.getByRole("button", { name: "Send reply" }).click();
  await ellie.page.getByRole("button", { name: "Undo" }).click();
  await expect(ellie.page.getByLabel(FIELD)).toHaveValue("Too early");
  await ellie.page.getByLabel(FIELD).fill("We have moved it to a spare port.");
  await ellie.page.getByRole("button", { name: "Send reply" }).click();
  await expect(priya.page.getByText("We have moved it to a spare port.")).toBeVisible();
  await expect(priya.page.getByText("sending…")).toHaveCount(0, { timeout: 20_000 });
  await expect(field).toHaveValue("Dear Hugh, we have ");

  await field.press("End");
  await field.pressSequentially("moved it.");
  await priya.page.getByRole("button", { name: "Send reply" }).click();
  await expect(priya.page.getByText("Ellie Marsh wrote while you were typing:").first()).toBeVisible();
  await expect(field).toHaveValue("Dear Hugh, we have moved it.");
  await priya.page.getByRole("button", { name: "Send anyway" }).click();
  await expect(priya.page.locator(".msg", { hasText: "Dear Hugh, we have moved it." })).toHaveCount(1);
  await expect(priya.page.getByText("sending…")).toHaveCount(0, { timeout: 20_000 });
  await priya.page.reload();
  await expect(priya.page.getByText("Too early")).toHaveCount(0);

  await priya.context.close();
  await ellie.context.close();
});

test("a customer says that it is fixed and how it was, once", async ({ app, browser }) => {
  // A ticket of its own: other tests count on the demonstration's.
  const { page, context } = await app.signIn(browser, PEOPLE.contact, "/tickets/new");
  await page.getByLabel("In a few words").fill("The reception line hums");
  await page.getByLabel("What happens, and since when?").fill("On every call, since Tuesday.");
  await page.getByRole("button", { name: "Send to support" }).click();
  await expect(page.getByRole("heading", { name: "Where this stands" })).toBeVisible();
  const number = /\/t\/(\d+)/.exec(page.url())?.[1] ?? "";
  await page.getByRole("button", { name: "It is fixed, close it" }).click();
  await page.getByLabel("Anything you want to tell us").fill("Quick and clear");
  const mail = async () => (await app.mailsTo(PEOPLE.contact, new RegExp(`^\\[T-${number}\\]`))).find((one) => one.text.includes("/r/"));
  await expect.poll(async () => (await mail()) !== undefined, { timeout: 20_000 }).toBe(true);
  const link = /https?:\/\/[^/\s]+(\/r\/\S+)/.exec((await mail())?.text ?? "")?.[1] ?? "";

  // A look at the link stores nothing.
  const looked = await page.context().newPage();
  await looked.goto(link);
  await expect(looked.getByRole("button", { name: "Yes, solved well" })).toBeVisible();
  await looked.close();

  await page.getByRole("button", { name: "Yes, solved well" }).click();
  await expect(page.getByText("Quick and clear").first()).toBeVisible();
  await expect(page.getByRole("button", { name: "Yes, solved well" })).toHaveCount(0);
  await page.getByLabel("Your reply").fill("It is back");
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await expect(page.getByText("opened the ticket again")).toBeVisible();
  await context.close();
});
