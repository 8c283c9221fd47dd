// One ticket from the customer's mail to their last word: access asked and given, a reply, a visit, a loan, closed, rated.
import { expect, PEOPLE, test } from "../fixtures";

const isPhone = () => test.info().project.name === "phone";

test("a fault that comes by mail is worked to its end, and the customer follows every step", async ({ app, browser }) => {
  test.setTimeout(240_000);
  const subject = `Ground floor phones are dead ${isPhone() ? "again" : ""}`.trim();
  await app.deliver(PEOPLE.manager, `From: Jo Bell <${PEOPLE.manager}>\nSubject: ${subject}\nMessage-ID: <${Date.now()}@kelston.example>\n\nSince seven nobody can call us.\n`);
  const staff = await app.signIn(browser, PEOPLE.engineer, "/tickets?view=time");
  const { page } = staff;
  await page.getByRole("link", { name: subject, exact: true }).click();
  await expect(page.getByRole("heading", { name: "First response" })).toBeVisible();
  await expect(page.locator(".msg").getByText("Since seven nobody can call us.")).toBeVisible();
  const path = page.url().replace(app.url, "");
  const number = path.replace("/t/", "T-");
  const mails = async (words: RegExp) => (await app.mailsTo(PEOPLE.manager, new RegExp(`\\[${number}\\]`))).filter((mail) => words.test(mail.text));

  // Staff ask for access: the clock stands still, and the customer is told at once.
  await page.locator("summary", { hasText: "Pause the clock" }).click();
  await page.getByLabel("Reason").first().selectOption("remote_access");
  await page.getByLabel("How you know").fill("SSH to the phone system is refused");
  await page.getByRole("button", { name: "Pause and tell the customer" }).click();
  await expect(page.getByText("paused the clock").first()).toBeVisible();
  await expect.poll(async () => (await mails(/does not count towards our target/)).length, { timeout: 20_000 }).toBe(1);

  // The customer gives it, and the clock goes on.
  const customer = await app.signIn(browser, PEOPLE.manager, path);
  await expect(customer.page.getByText("We are waiting for you.")).toBeVisible();
  await customer.page.getByRole("button", { name: "We have given access" }).click();
  await expect(customer.page.getByText("We are waiting for you.")).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Let the clock run" })).toHaveCount(0, { timeout: 20_000 });

  // A reply meets the target.
  await page.getByLabel("Reply to the customer, or a note for staff").fill("Card 2 is faulty. We come and bring a replacement.");
  await page.getByRole("button", { name: "Send reply" }).click();
  await expect(page.getByRole("region", { name: "Clocks" }).getByText(/Met/).first()).toBeVisible({ timeout: 20_000 });
  await expect(customer.page.locator(".msg").getByText("Card 2 is faulty.")).toBeVisible({ timeout: 20_000 });

  // A visit, with an invitation for the calendar, and the check-in at the door.
  const visit = page.getByRole("region", { name: "On-site visit" });
  await visit.getByLabel("Why a visit is needed").fill("Card 2 fails its self test");
  await visit.getByRole("button", { name: "A visit is needed" }).click();
  await expect(page.getByRole("heading", { name: "Engineer on site" })).toBeVisible();
  await visit.getByLabel("Begins").fill("2099-06-01T09:30");
  await visit.getByRole("button", { name: "Book and invite" }).click();
  await expect(visit.getByText("Mon 1 Jun, 09:30")).toBeVisible();
  await expect.poll(async () => (await mails(/1 Jun/)).length, { timeout: 20_000 }).toBeGreaterThan(0);
  await visit.getByRole("button", { name: "Arrived" }).click();
  await expect(visit.getByText("On site", { exact: true })).toBeVisible();

  // A loan out and back.
  await page.locator("summary", { hasText: "Lend a unit" }).click();
  await page.getByRole("button", { name: "Reserve the unit" }).click();
  const loan = page.getByRole("region", { name: /^Loan unit / });
  for (const step of ["It provides the necessary facilities", "Dispatched", "On site", "Ask for it back", "On its way back", "Back and inspected", "Back in stock"]) {
    await loan.getByRole("button", { name: step }).click();
    await expect(loan.getByRole("button", { name: step })).toHaveCount(0);
  }
  await visit.getByRole("button", { name: "Left" }).click();
  await expect(visit.getByText("Done", { exact: true })).toBeVisible();

  // Closed, and the customer says how it was.
  await page.getByRole("button", { name: "Close the ticket" }).click();
  await expect(page.getByText("closed the ticket").first()).toBeVisible();
  await expect(customer.page.getByRole("button", { name: "Yes, solved well" })).toBeVisible({ timeout: 20_000 });
  await customer.page.getByRole("button", { name: "Yes, solved well" }).click();
  await expect(customer.page.getByRole("button", { name: "Yes, solved well" })).toHaveCount(0);
  await expect(customer.page.getByText("@faultdesk.example")).toHaveCount(0);

  await staff.context.close();
  await customer.context.close();
});
