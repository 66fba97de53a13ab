import { createHmac } from "node:crypto";
import { expect, test, type Page } from "@playwright/test";

import { carrierSecret, sandbox } from "../playwright.config";
import { desk, elsewhere, step } from "./desk";
import { order, payButton, readyToPay, scripted, sumUp, way } from "./shop";

const main = (page: Page) => page.getByRole("main");
const follow = (page: Page) => page.getByTestId("follow");
const badge = (page: Page, word: string) => main(page).locator(".statuses").getByText(word, { exact: true });
const number = (page: Page) => follow(page).locator(".number");
/** The checkpoints of the one parcel. */
const checkpoints = (page: Page) => follow(page).getByRole("list", { name: "배송 조회" }).getByRole("listitem");
const copyButton = (page: Page) => follow(page).getByRole("button", { name: "운송장 번호 복사" });
const unread = (page: Page) => page.getByTestId("unread-count");

/** With scripts the page that is open comes to show it by itself; without, a reload does. */
async function comes(page: Page, check: (within: { timeout: number }) => Promise<void>) {
  if (scripted()) return check({ timeout: 15_000 });
  await expect(async () => {
    await page.reload();
    // What is not there now comes with the next reload only.
    await check({ timeout: 1_000 });
  }).toPass();
}

/** From here on, whether the page is still the same document. */
async function mark(page: Page) {
  await page.evaluate(() => document.body.setAttribute("data-marked", ""));
  return () => expect(page.locator("body[data-marked]")).toHaveCount(1);
}

/** A book that is ordered and paid; its page is open. Answers with its path. */
async function bought(page: Page) {
  await readyToPay(page, "이춘풍전");
  const path = await order(page);
  await page.goto(path);
  await expect(badge(page, "결제완료")).toBeVisible();
  return path;
}

/** The same, accepted by the staff, and brought by the carrier. */
async function delivered(page: Page, browser: Parameters<typeof desk>[0]) {
  const path = await bought(page);
  await expect(number(page)).toHaveCount(0);
  const staff = await desk(browser, page, path);
  await step(staff, "상품준비중 처리");
  await staff.context().close();
  await brings(page);
  await comes(page, (within) => expect(badge(page, "배송완료")).toBeVisible(within));
  return path;
}

/** A parcel as the carrier has it. */
type Parcel = { trackingNumber: string; reference: string; checkpoints: { at: string }[] };

/** The parcel whose number the page of its order shows. */
async function parcel(page: Page): Promise<Parcel> {
  const tracking = await number(page).innerText();
  const received = await page.request.get(`${sandbox}/received/carrier`);
  const { parcels }: { parcels: Parcel[] } = await received.json();
  const own = parcels.find((one) => one.trackingNumber === tracking);
  if (!own) throw new Error(`the carrier has no parcel ${tracking}`);
  return own;
}

/** The carrier, which has booked the parcel by itself, brings it; the page shows every station. */
async function brings(page: Page) {
  await comes(page, (within) => expect(checkpoints(page)).toHaveCount(1, within));
  const own = await parcel(page);
  const booked = Date.parse(own.checkpoints[0].at);
  const journey = [
    ["picked_up", "파주 집화점"],
    ["in_transit", "옥천 허브"],
    ["out_for_delivery", "배송 지점"],
    ["delivered", "받는 곳"],
  ];
  for (const [at, [status, place]] of journey.entries()) {
    // No two at one time.
    await tells(page, own, status, place, new Date(booked + at + 1));
    await comes(page, (within) => expect(checkpoints(page)).toHaveCount(at + 2, within));
  }
}

/** The carrier tells of a parcel, as it signs everything. */
async function tells(page: Page, { trackingNumber, reference }: Parcel, status: string, place: string, at: Date) {
  const id = `checkpoint_${crypto.randomUUID()}`;
  const data = JSON.stringify({ id, trackingNumber, reference, status, place, at: at.toISOString() });
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const key = Buffer.from(carrierSecret.replace("whsec_", ""), "base64");
  const signature = createHmac("sha256", key).update(`${id}.${timestamp}.${data}`).digest("base64");
  const headers = {
    "content-type": "application/json",
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": `v1,${signature}`,
  };
  const told = await page.request.post("/webhooks/carrier", { headers, data: Buffer.from(data) });
  expect(told.status()).toBe(204);
}

test("the page of an order follows its parcel, from the seller to the door", async ({ page, browser }) => {
  const path = await delivered(page, browser);
  await expect(page).toHaveURL(path);
  const words = ["접수", "집화", "이동", "배송", "배송 완료"];
  for (const [at, word] of words.entries()) await expect(checkpoints(page).nth(at)).toContainText(word);
  await expect(checkpoints(page).first()).toContainText("접수 센터");
  await expect(checkpoints(page).first()).toContainText(/\d{4}-\d\d-\d\d \d\d:\d\d/);
  // The last one is where it is now.
  await expect(follow(page).locator("[aria-current]")).toHaveCount(1);
  await expect(checkpoints(page).last()).toHaveAttribute("aria-current", "step");
  await expect(follow(page)).toContainText("마당택배");
  await expect(number(page)).toHaveText(/^\d{12}$/);
  // The rest of the page went along.
  await expect(main(page).getByRole("button", { name: "구매 확정" })).toBeVisible();
  await expect(main(page).getByRole("link", { name: "주문 취소" })).toHaveCount(0);
  await expect(main(page).locator(".timeline")).toContainText("배송: 배송중 → 배송완료");
});

test("a checkpoint that is told late takes its place, and the page around it stays as it is", async ({ page, browser }) => {
  await delivered(page, browser);
  const same = await mark(page).catch(() => undefined);
  const first = await checkpoints(page).first().locator("time").getAttribute("datetime");
  const before = new Date(new Date(first ?? "").getTime() - 60_000);
  await tells(page, await parcel(page), "label_created", "강릉 영업소", before);
  await comes(page, (within) => expect(checkpoints(page).first()).toContainText("강릉 영업소", within));
  await expect(checkpoints(page)).toHaveCount(6);
  await expect(checkpoints(page).last()).toHaveAttribute("aria-current", "step");
  if (!scripted()) return;
  await same?.();
  await expect(follow(page).getByRole("status").first()).toContainText("배송 완료");
});

test("the number of a parcel can be copied, or marked where it cannot", async ({ page, browser, context }) => {
  if (scripted()) await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await delivered(page, browser);
  const tracking = await number(page).innerText();
  if (!scripted()) return expect(copyButton(page)).toBeHidden();
  await copyButton(page).click();
  await expect(follow(page).getByText("복사했습니다.")).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(tracking);
  await page.evaluate(() => {
    navigator.clipboard.writeText = () => Promise.reject(new Error("not allowed"));
  });
  await copyButton(page).click();
  await expect(follow(page).getByText("번호를 선택했습니다.")).toBeVisible();
  expect(await page.evaluate(() => getSelection()?.toString())).toBe(tracking);
});

test("an order that is paid in another tab is paid on this page too", async ({ page }) => {
  await readyToPay(page, "이춘풍전");
  await page.getByLabel("사용할 포인트").fill("0");
  await sumUp(page);
  const path = await order(page);
  const other = await page.context().newPage();
  await other.goto(path);
  await page.goto(path);
  await expect(badge(page, "결제대기")).toBeVisible();
  await way(other, /^포인트/).check();
  await payButton(other).click();
  await expect(other).toHaveURL(`${path}/complete`);
  await other.close();
  await comes(page, (within) => expect(badge(page, "결제완료")).toBeVisible(within));
  await expect(payButton(page)).toHaveCount(0);
  await expect(follow(page)).toContainText("결제완료");
});

test("the count of what is unread follows by itself, on whatever page", async ({ page }) => {
  await readyToPay(page, "이춘풍전");
  const other = await page.context().newPage();
  await other.goto("/cart");
  await expect(unread(other)).toBeHidden();
  await order(page);
  await comes(other, (within) => expect(unread(other)).toHaveText("1", within));
  await expect(unread(other)).toBeVisible();
  await page.goto("/my/notifications");
  await main(page).getByRole("button", { name: "모두 읽음" }).click();
  await expect(unread(page)).toBeHidden();
  await comes(other, (within) => expect(unread(other)).toBeHidden(within));
  await other.close();
});

test("whoever types is not interrupted, and is told that the page is an old one", async ({ page, browser }) => {
  test.skip(!scripted(), "without scripts nothing happens by itself");
  const path = await bought(page);
  const same = await mark(page);
  await page.getByRole("searchbox").pressSequentially("심청");
  const staff = await desk(browser, page, path);
  await step(staff, "상품준비중 처리");
  await staff.context().close();
  await expect(follow(page).getByText("그사이 주문 상태가 바뀌었습니다.")).toBeVisible();
  await brings(page);
  await same();
  await expect(page.getByRole("searchbox")).toHaveValue("심청");
  await follow(page).getByRole("link", { name: "페이지 새로 고침" }).click();
  await expect(badge(page, "배송완료")).toBeVisible();
});

test("nobody hears of somebody else's order, and guests hear nothing", async ({ page, browser }) => {
  const path = await bought(page);
  const id = path.replace("/orders/", "");
  const stranger = await elsewhere(browser, page);
  const opened: string[] = [];
  stranger.on("request", (request) => opened.push(new URL(request.url()).pathname));
  await stranger.goto("/");
  await stranger.waitForLoadState("networkidle");
  expect(opened).not.toContain("/live");
  for (const url of ["/live", `/fn/order/follow?order=${id}`]) expect((await stranger.request.get(url)).status(), url).toBe(401);
  await stranger.context().close();
  const staff = await desk(browser, page, path);
  expect((await staff.request.get(`/fn/order/follow?order=${id}`)).status()).toBe(404);
  await staff.context().close();
});
