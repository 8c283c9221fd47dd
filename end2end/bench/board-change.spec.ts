// From the instant a fault is confirmed until its row stands on somebody's open board.
import { expect, hydrated, PEOPLE, test } from "../fixtures";

const RUNS = 5;
const TARGET = "kch-sip";
const WORDS = "SIP trunk is down";
const HOST = "kch-pbx-frome";

test("a change on the board", async ({ app, browser }) => {
  test.setTimeout(300_000);
  const { page } = await app.signIn(browser, PEOPLE.engineer, "/board");
  await hydrated(page);
  // Rows wait while a pointer rests among them; this reader only looks.
  await page.mouse.move(0, 0);
  const took: number[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    await app.breakTarget(TARGET, "refuse");
    const shown = await page.waitForFunction(
      (words) => [...document.querySelectorAll("article")].some((row) => row.textContent?.includes(words)) && Date.now(),
      WORDS,
      { polling: "raf", timeout: 60_000 },
    );
    const board = (await (await page.request.get("/api/board/staff")).json()) as { faults: { host_name: string; confirmed_at: number }[] };
    const confirmed = board.faults.find((fault) => fault.host_name === HOST)?.confirmed_at ?? Number.NaN;
    took.push(((await shown.jsonValue()) as number) - confirmed / 1000);
    await app.mend(TARGET);
    await expect(page.getByRole("article").filter({ hasText: WORDS })).toHaveCount(0, { timeout: 60_000 });
  }
  took.sort((a, b) => a - b);
  console.log(`  from the confirmed fault to its row on an open board: median ${took[RUNS >> 1]?.toFixed(0)} ms, longest ${took[RUNS - 1]?.toFixed(0)} ms (${RUNS} runs)`);
});
