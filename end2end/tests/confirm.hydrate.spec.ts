// The question before something is removed: it goes as easily as it came.
import { expect, hydrated, PEOPLE, test } from "../fixtures";

test("a question closes with Escape or when the focus goes on, and removes nothing", async ({ app, browser }) => {
  const { page, context } = await app.signIn(browser, PEOPLE.administrator, "/hosts/kch-pbx-frome");
  await hydrated(page);
  const control = page.getByLabel("Remove Voicemail page");
  const question = page.getByRole("button", { name: "Remove Voicemail page", exact: true });
  await control.focus();
  await page.keyboard.press("Enter");
  await expect(question).toBeVisible();
  await page.keyboard.press("Tab");
  await expect(question).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(question).toBeHidden();
  await expect(control, "the focus is back at the control").toBeFocused();

  await page.keyboard.press("Enter");
  await expect(question).toBeVisible();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await expect(question, "the focus went on").toBeHidden();
  await page.reload();
  await expect(page.getByRole("link", { name: "Voicemail page" }).first()).toBeVisible();
  await context.close();
});
