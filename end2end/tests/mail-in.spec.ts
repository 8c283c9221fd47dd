// Mail in: a customer's mail is on its ticket, a stranger's waits until one of us has put it where it belongs.
import { expect, PEOPLE, test } from "../fixtures";

test("a contact's mail opens a ticket, is acknowledged, and shows its file", async ({ app, browser }) => {
  const photo = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";
  await app.deliver(
    PEOPLE.manager,
    `From: Jo Bell <${PEOPLE.manager}>\nSubject: Door phone is silent\nMessage-ID: <door@kelston.example>\n` +
      "Content-Type: multipart/mixed; boundary=x\n\n--x\n\nIt says nothing at all.\n--x\n" +
      `Content-Type: image/gif; name=door.gif\nContent-Disposition: attachment\nContent-Transfer-Encoding: base64\n\n${photo}\n--x--\n`,
  );
  await expect.poll(async () => (await app.mailsTo(PEOPLE.manager, /We have your message/)).length).toBe(1);
  const { page, context } = await app.signIn(browser, PEOPLE.manager, "/tickets");
  await page.getByRole("link", { name: /Door phone is silent/ }).click();
  await expect(page.getByText("It says nothing at all.")).toBeVisible();
  await expect(page.getByRole("list", { name: "Files" }).getByRole("link", { name: "door.gif" })).toBeVisible();
  await context.close();
});

test("a stranger's mail waits, and staff release it", async ({ app, browser }) => {
  const html = "<p>Please ring <b>back</b></p><script>document.title = 'evil'</script>";
  await app.deliver("x@stranger.example", `From: x@stranger.example\nSubject: A stranger asks\nContent-Type: text/html\n\n${html}\n`);
  const { page, context } = await app.signIn(browser, PEOPLE.engineer, "/mail-in");
  await page.getByRole("link", { name: "A stranger asks" }).click();
  await expect(page.getByText("nobody here knows the sender")).toBeVisible();
  await page.getByRole("button", { name: "Release" }).click();
  await expect(page.getByText("must be one of the customers").first()).toBeVisible();
  await page.getByLabel("Customer").selectOption({ label: "Avon Freight" });
  await page.getByRole("button", { name: "Release" }).click();
  await page.getByRole("link", { name: /^T-\d+$/ }).click();
  await expect(page.getByRole("heading", { name: /A stranger asks/ })).toBeVisible();
  await expect(page.locator(".msg").getByText("Please ring back")).toBeVisible();
  await context.close();
});
