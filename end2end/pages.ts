// Every page and every state of one that looks different, by who may see it: what axe walks and what pictures are taken of.
import type { Browser, Page } from "@playwright/test";

import { expect, PEOPLE, type App } from "./fixtures";

/** What a page's address or state needs: one open fault with its mails and links. */
export interface Situation {
  /** Number of the open fault. */
  fault: string;
  mail: string;
  service: string;
  /** Links from mails, as paths. */
  acknowledge: string;
  acknowledged: string;
  password: string;
}

export interface View {
  name: string;
  path: (situation: Situation) => string;
  /** Brings the page, once it is alive, into the state that is meant. */
  arrange?: (page: Page) => Promise<void>;
}

function at(name: string, path: string | View["path"], arrange?: View["arrange"]): View {
  const view: View = { name, path: typeof path === "string" ? () => path : path };
  return arrange ? { ...view, arrange } : view;
}

/** Goes on by a link of the page to one whose address holds an id. */
async function followed(page: Page, link: string | RegExp, heading: RegExp): Promise<void> {
  await page.getByRole("link", { name: link }).click();
  await expect(page.getByRole("heading", { level: 1, name: heading })).toBeVisible();
}

export const STAFF_PAGES: readonly View[] = [
  at("mail-in", "/mail-in"),
  at("mail-in-all", "/mail-in?show=all"),
  at("board", "/board"),
  at("board-needs", "/board?view=needs"),
  at("sheet", ({ fault }) => `/board/f/${fault}`),
  at("fault", ({ fault }) => `/f/${fault}`),
  at("wall", "/wall"),
  at("hosts", "/hosts"),
  at("hosts-none", "/hosts?find=nothing-like-it"),
  at("host", "/hosts/kch-rtr-frome?range=30d"),
  at("host-fault", "/hosts/kch-pbx-frome"),
  at("host-remove", "/hosts/kch-pbx-frome", async (page) => {
    await page.locator("summary", { hasText: /^Remove$/ }).click();
    await page.getByLabel(/^Remove SIP trunk$/).click();
  }),
  at("host-new", "/hosts/new"),
  at("host-new-refused", "/hosts/new", async (page) => {
    await page.getByRole("button", { name: "Add host" }).click();
    await expect(page.getByRole("alert")).toBeVisible();
  }),
  at("host-edit", "/hosts/kch-pbx-frome/edit"),
  at("service-kinds", "/hosts/kch-pbx-frome/services/new"),
  at("service-new", "/hosts/kch-pbx-frome/services/new?kind=http"),
  at("service-edit", ({ service }) => `/hosts/kch-pbx-frome/services/${service}/edit`),
  at("contracts", "/contracts"),
  at("hardware", "/hardware"),
  at("levels", "/levels"),
  at("level-new", "/levels/new"),
  at("price-list", "/levels/prices"),
  at("price-list-refused", "/levels/prices", async (page) => {
    await page.getByLabel("Cat2: base").fill("plenty");
    await page.getByRole("button", { name: "Make the next version" }).click();
    await expect(page.getByRole("alert")).toBeVisible();
  }),
  at("contract", "/contracts", (page) => followed(page, /^C-0201/, /^Contract C-0201/)),
  at("contract-draft", "/contracts", (page) => followed(page, /^C-0204/, /^Contract C-0204/)),
  at("contract-new", "/contracts", (page) => followed(page, "Add a contract for Avon Freight", /^New contract/)),
  at("equipment", "/contracts", async (page) => {
    await page.getByRole("row", { name: /^Saltford Motors/ }).getByRole("link", { name: "Equipment" }).click();
    await expect(page.getByRole("heading", { name: /^Equipment of/ })).toBeVisible();
  }),
  at("contract-edit", "/contracts", async (page) => {
    await followed(page, /^C-0201/, /^Contract C-0201/);
    await page.getByRole("link", { name: "Edit", exact: true }).click();
    await expect(page.getByRole("button", { name: /^Save/ })).toBeVisible();
  }),
  at("escalation", "/escalation"),
  at("escalation-policy", "/escalation", async (page) => {
    await page.getByRole("link", { name: "Standard", exact: true }).click();
    await expect(page.getByRole("heading", { name: "What if?" })).toBeVisible();
  }),
  at("escalation-new", "/escalation/new"),
  at("escalation-refused", "/escalation/new?do=check&input[name]=&input[steps][0][after_minutes]=soon"),
  at("what-if", "/escalation/what-if?place=host:kch-pbx-frome&date=2026-11-27&time=22:00&level=cat1"),
  at("tickets", "/tickets"),
  at("tickets-closed", "/tickets?view=closed"),
  at("tickets-narrowed", "/tickets?view=time&cover=cat1,cat2&clock=later&colour=red"),
  at("tickets-none", "/tickets?view=mine&find=nothing-like-it"),
  at("tickets-picked", "/tickets", (page) => page.getByRole("checkbox", { name: "Pick T-2001" }).check()),
  at("tickets-views", "/tickets/views"),
  at("search", "/search?q=phone"),
  at("search-none", "/search?q=nothing-like-it"),
  at("ticket-over", "/t/2001"),
  at("ticket-running", "/t/2002?level=cat2&mode=correction"),
  at("ticket-paused", "/t/2003"),
  at("ticket-met", "/t/2004"),
  at("ticket-files", "/t/2004", async (page) => {
    await page.locator("summary", { hasText: "Add photos or files" }).click();
    await expect(page.getByText("Up to 10 files of 10 MB each")).toBeVisible();
  }),
  at("ticket-merge-refused", "/t/2002?merge=T-2004"),
  at("ticket-new-staff", "/tickets/new", async (page) => {
    await page.getByLabel("Customer").selectOption({ label: "Kelston Care Homes" });
    await page.getByRole("button", { name: "Show this customer's systems" }).click();
    await expect(page.getByRole("group", { name: "Which system?" })).toBeVisible();
  }),
  at("ticket-new-staff-refused", "/tickets/new?check=yes&input[channel]=phone&input[at]=soon"),
  at("call", "/calls/new?number=01632+960184"),
  at("call-nobody", "/calls/new?number=01632+9601"),
  at("ticket-reply-filled", "/t/2002", async (page) => {
    await page.locator("summary", { hasText: "Saved replies" }).click();
    await page.getByRole("link", { name: "We are looking at it" }).click();
    await expect(page.getByLabel(/^Reply to the customer/)).toHaveValue(/T-2002/);
  }),
  at("ticket-macro", "/t/2002", async (page) => {
    await page.locator("summary", { hasText: "Macros" }).click();
    await page.getByRole("link", { name: "Ask to try again" }).click();
    await expect(page.getByRole("button", { name: "Do it" })).toBeVisible();
  }),
  at("library", "/library"),
  at("library-macros", "/library?show=macro"),
  at("library-new-reply", "/library/new?input[kind]=reply"),
  at("library-new-reply-refused", "/library/new?check=yes&input[kind]=reply&input[text]=Dear+%7Bname%7D"),
  at("library-new-macro", "/library/new?input[kind]=macro"),
  at("library-new-note", "/library/new?input[kind]=note"),
  at("knowledge", "/knowledge?find=trunk"),
  at("knowledge-note", "/knowledge", (page) => followed(page, /^SIP trunk refuses registration$/, /^SIP trunk refuses/)),
  at("rota", "/rota?month=2026-12"),
  at("rota-remove", "/rota", async (page) => {
    await page.locator("summary", { hasText: /^Remove / }).click();
    // In reach: nothing lies over it.
    await page.getByRole("button", { name: "Remove the rota" }).click({ trial: true, timeout: 5_000 });
  }),
  at("rota-new", "/rota/new"),
  at("rota-new-refused", "/rota/new?go=preview&name=x&zone=Europe%2FLondres"),
  at("rota-edit", "/rota", async (page) => {
    await page.getByRole("main").getByRole("link", { name: "Edit", exact: true }).click();
    await expect(page.getByRole("heading", { name: /^Rota: / })).toBeVisible();
  }),
  at("rota-swap", "/rota", async (page) => {
    await page.getByRole("link", { name: "Swap a shift" }).click();
    await expect(page.getByRole("heading", { name: "Swap a shift" })).toBeVisible();
  }),
  at("calendar", "/calendar?year=2026"),
  at("calendar-announce", "/calendar/announce?calendar=working-hours&first_on=2099-12-21&text=Stocktaking&go=preview"),
  at("calendar-announce-refused", "/calendar/announce?go=preview"),
  at("calendar-edit", "/calendar/working-hours/edit"),
  at("calendar-new", "/calendar/new"),
  at("calendar-holidays", "/calendar/holidays?year=2026"),
  at("calendar-renew", "/calendar/holidays/renew"),
  at("more", "/more"),
  at("mail-log", "/mail"),
  at("mail", ({ mail }) => `/mail/${mail}`),
  at("people", "/people"),
  at("people-contacts", "/people?show=contacts"),
  at("people-invite-refused", "/people", async (page) => {
    await page.getByRole("button", { name: "Invite" }).click();
    await expect(page.getByRole("alert")).toBeVisible();
  }),
  at("people-invited", "/people", async (page) => {
    await page.getByLabel("Name").fill("Sam Guest");
    await page.getByLabel("Email address").fill(`guest-${Date.now()}@pages.example`);
    await page.getByLabel("Customer").selectOption({ index: 1 });
    await page.getByRole("button", { name: "Invite" }).click();
    await expect(page.getByLabel("Link of the invitation")).toBeVisible();
  }),
  at("downtimes", "/downtimes"),
  at("downtime-choose", "/downtimes/new"),
  at("downtime-new", "/downtimes/new?host=kch-pbx-frome"),
  at("downtime-new-refused", "/downtimes/new?host=kch-pbx-frome", async (page) => {
    await page.getByRole("button", { name: "Plan it" }).click();
    await expect(page.getByRole("alert")).toBeVisible();
  }),
  at("training", "/training"),
  at("billing", "/billing?month=2026-11"),
  at("lab", "/lab"),
  at("account", "/account", (page) => page.locator("summary", { hasText: "Sign out everywhere" }).click()),
  at("host-not-found", "/hosts/no-such-host"),
  at("not-found", "/nothing-here"),
];

export const CUSTOMER_PAGES: readonly View[] = [
  at("systems", "/systems"),
  at("customer-fault", ({ fault }) => `/f/${fault}`),
  at("customer-host", "/hosts/kch-pbx-frome"),
  at("customer-tickets", "/tickets"),
  at("ticket-new", "/tickets/new"),
  at("ticket-new-refused", "/tickets/new?check=yes&input[phone]=01632+9601&input[impact]=nobody_works"),
  at("customer-knowledge", "/knowledge"),
  at("customer-note", "/knowledge", (page) => followed(page, "Handsets that crackle", /^Handsets that crackle/)),
  at("customer-tickets-closed", "/tickets?show=closed"),
  at("customer-search", "/search?q=bell"),
  at("customer-ticket", "/t/2005"),
  at("customer-ticket-files", "/t/2005", async (page) => {
    await page.locator("summary", { hasText: "Add photos or files" }).click();
    await expect(page.getByText("Up to 10 files of 10 MB each")).toBeVisible();
  }),
  at("cover", "/cover"),
  at("customer-downtimes", "/downtimes"),
  at("customer-people", "/people"),
  at("customer-account", "/account"),
  at("customer-not-found", "/nothing-here"),
];

export const PUBLIC_PAGES: readonly View[] = [
  at("sign-in", "/sign-in"),
  at("sign-in-refused", "/sign-in", async (page) => {
    // Nobody's address, so that nobody's tries are used up.
    await page.getByLabel("Email").fill("nobody@pages.example");
    await page.getByLabel("Password").fill("not the password");
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await expect(page.getByRole("alert").first()).toBeVisible();
  }),
  at("prices", "/prices?ports=24"),
  at("prices-refused", "/prices", async (page) => {
    await page.getByLabel("Ports").fill("0");
    await expect(page.getByText("whole number from 1")).toBeVisible();
  }),
  at("forgot", "/forgot"),
  at("forgot-sent", "/forgot?sent=yes"),
  at("password", ({ password }) => password),
  at("password-gone", "/p/not-a-token"),
  at("ack", ({ acknowledge }) => acknowledge),
  at("ack-done", ({ acknowledged }) => acknowledged),
  at("ack-gone", "/a/not-a-token"),
  at("rate-gone", "/r/not-a-token"),
  at("public-not-found", "/nothing-here"),
];

/** The path of the first link to `/letter/…` in a mail. */
function linkPath(text: string, letter: "a" | "p"): string {
  const path = new RegExp(`https?://[^/\\s]+(/${letter}/\\S+)`).exec(text)?.[1];
  if (!path) throw new Error(`no link in ${text}`);
  return path;
}

/** Makes the situation out of `target`, which it leaves broken. */
export async function makeSituation(app: App, browser: Browser, target: string): Promise<Situation> {
  const opened = async (person: string) => (await app.mailsTo(person, /Critical: kch-pbx-frome/)).length;
  const before = { manager: await opened(PEOPLE.manager), engineer: await opened(PEOPLE.engineer) };
  await app.breakTarget(target, "refuse");
  for (const who of ["manager", "engineer"] as const) {
    await expect.poll(() => opened(PEOPLE[who]), { timeout: 30_000 }).toBe(before[who] + 1);
  }
  const newest = async (person: string, subject: RegExp) => {
    const mails = await app.mailsTo(person, subject);
    const mail = mails.sort((a, b) => Date.parse(a.headers.date ?? "") - Date.parse(b.headers.date ?? "")).at(-1);
    if (!mail) throw new Error(`no mail to ${person}`);
    return mail;
  };
  const customer = await newest(PEOPLE.manager, /Critical: kch-pbx-frome/);
  const staff = await newest(PEOPLE.engineer, /Critical: kch-pbx-frome/);
  const acknowledged = linkPath(customer.text, "a");

  const context = await browser.newContext({ baseURL: app.url });
  const page = await context.newPage();
  await page.goto(acknowledged);
  await page.getByRole("button", { name: /^Acknowledge/ }).click();
  await expect(page.getByText("Acknowledged by you")).toBeVisible();
  await page.goto("/forgot");
  await page.getByLabel("Email").fill(PEOPLE.contact);
  const resets = async () => (await app.mailsTo(PEOPLE.contact, /password/i)).length;
  const asked = await resets();
  await page.getByRole("button", { name: "Email me a link" }).click();
  await expect.poll(resets, { timeout: 20_000 }).toBe(asked + 1);
  await context.close();

  const signedIn = await app.signIn(browser, PEOPLE.administrator, "/hosts/kch-pbx-frome");
  const edit = await signedIn.page.getByLabel("Edit SIP trunk").getAttribute("href");
  await signedIn.page.goto("/mail");
  const mail = await signedIn.page.getByRole("link", { name: /Critical: kch-pbx-frome/ }).first().getAttribute("href");
  await signedIn.context.close();
  return {
    fault: /\[F-(\d+)\]/.exec(customer.headers.subject ?? "")?.[1] ?? "",
    mail: mail?.split("/").pop() ?? "",
    service: edit?.split("/").at(-2) ?? "",
    acknowledge: linkPath(staff.text, "a"),
    acknowledged,
    password: linkPath((await newest(PEOPLE.contact, /password/i)).text, "p"),
  };
}
