// Guide prices for everybody: the figures of the contract page, with and without scripts.
import { expect, hydrated, test } from "../fixtures";

test("a guide price follows what is typed, and says what is wrong with it", async ({ app, browser }) => {
  const context = await browser.newContext({ baseURL: app.url });
  const page = await context.newPage();
  await page.goto("/prices");
  await hydrated(page);
  const prices = page.getByLabel("Guide prices");
  for (const price of ["£295", "£460", "£700", "£552 with VAT"]) await expect(prices).toContainText(price);
  await page.getByLabel("Ports").fill("24");
  for (const price of ["£415", "£670", "£1,000"]) await expect(prices).toContainText(price);
  await page.getByText("Year 2 on").click();
  for (const price of ["£415", "£790", "£1,120"]) await expect(prices).toContainText(price);
  await page.getByLabel("Ports").fill("0");
  await expect(page.getByText("Ports must be a whole number from 1 to 100000.")).toBeVisible();
  await expect(prices).not.toContainText("£");
  await context.close();
});

test("without scripts the address holds the question", async ({ app, browser }) => {
  const context = await browser.newContext({ baseURL: app.url, javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto("/prices?ports=12&year=2");
  await expect(page.getByLabel("Ports")).toHaveValue("12");
  for (const price of ["£295", "£520", "£760"]) await expect(page.getByLabel("Guide prices")).toContainText(price);
  await page.getByLabel("Ports").fill("1");
  await page.getByRole("button", { name: "Work it out" }).click();
  await expect(page).toHaveURL(/ports=1&year=2/);
  await expect(page.getByLabel("Guide prices")).toContainText("£185");
  await context.close();
});
