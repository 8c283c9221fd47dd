// Every page, by who may see it: what axe walks and what pictures are taken of.
export const STAFF_PAGES = [
  ["board", "/board"],
  ["wall", "/wall"],
  ["hosts", "/hosts"],
  ["host", "/hosts/kch-rtr-frome?range=30d"],
  ["host-new", "/hosts/new"],
  ["host-edit", "/hosts/kch-pbx-frome/edit"],
  ["service-new", "/hosts/kch-pbx-frome/services/new?kind=http"],
  ["mail", "/mail"],
  ["people", "/people"],
  ["lab", "/lab"],
  ["account", "/account"],
  ["not-found", "/nothing-here"],
] as const;

export const CUSTOMER_PAGES = [
  ["systems", "/systems"],
  ["customer-host", "/hosts/kch-pbx-frome"],
  ["customer-people", "/people"],
  ["customer-account", "/account"],
] as const;

export const PUBLIC_PAGES = [
  ["sign-in", "/sign-in"],
  ["forgot", "/forgot"],
  ["ack-bad", "/a/not-a-token"],
] as const;
