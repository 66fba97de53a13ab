import { expect, test, type Page } from "@playwright/test";

import {
  CARD, balance, expectRefused, field, fits, payAtGateway, printWon, registerCard, signOut, signUp, fillSignIn,
  way,
} from "./shop";

const main = (page: Page) => page.getByRole("main");
const told = (page: Page) => main(page).locator(".notice").first();
/** The registered cards, the proposed one first. */
const kept = (page: Page) => main(page).locator(".methods > li");
const of = (page: Page, name: string) => kept(page).filter({ has: page.getByRole("heading", { name }) });
const register = (page: Page) => page.getByRole("button", { name: "카드 등록" });
const chargeButton = (page: Page) => main(page).getByRole("button", { name: "포인트 충전" });

test("cards are registered, named, proposed and removed, and no page ever shows a number", async ({ page }) => {
  await signUp(page);
  await page.goto("/my/cards");
  await expect(main(page)).toContainText("등록한 카드가 없습니다.");
  await fits(page);
  await registerCard(page);
  await expect(told(page)).toHaveText("카드를 등록했습니다.");
  await registerCard(page, "5500 0000 0000 4444");
  await expect(kept(page).getByRole("heading")).toHaveText(["현대 ****1234 기본 카드", "삼성 ****4444"]);
  await fits(page);

  const second = of(page, "삼성 ****4444");
  await field(second, "카드 이름").fill("이".repeat(31));
  await second.getByRole("button", { name: "저장" }).click();
  await expectRefused(field(second, "카드 이름"), "이".repeat(31), "30자까지 입력할 수 있습니다.");
  await field(second, "카드 이름").fill("생활비 카드");
  await second.getByRole("button", { name: "저장" }).click();
  await expect(page).toHaveURL("/my/cards");
  await expect(field(second, "카드 이름")).toHaveValue("생활비 카드");
  await second.getByRole("button", { name: "기본으로 지정" }).click();
  await expect(kept(page).getByRole("heading")).toHaveText(["삼성 ****4444 기본 카드", "현대 ****1234"]);
  await expect(field(second, "카드 이름")).toHaveValue("생활비 카드");

  await page.goto("/my/points");
  await expect(way(page, /^삼성 \*{4}4444 생활비 카드/)).toBeChecked();
  await expect(main(page).locator(".choices li")).toHaveCount(3);
  for (const path of ["/my/cards", "/my/points"]) {
    await page.goto(path);
    expect((await page.content()).replace(/[ -]/g, "")).not.toContain(CARD.replace(/ /g, "").slice(4, 12));
  }

  await page.goto("/my/cards");
  const stale = await page.context().newPage();
  await stale.goto("/my/points");
  await second.getByRole("button", { name: "삭제" }).click();
  await expect(kept(page).getByRole("heading")).toHaveText(["현대 ****1234"]);
  // A page that still shows it takes no money by it.
  await field(stale, "금액").fill("5000");
  await chargeButton(stale).click();
  await expect(main(stale).getByRole("alert")).toContainText("등록한 카드가 없어졌습니다.");
  await expect(field(stale, "금액")).toHaveValue("5000");
  await expect(way(stale, /^현대/)).toBeChecked();
  await stale.close();
  expect(await balance(page)).toBe(0);
});

test("a card that is not registered is told of, and another member's cannot be used", async ({ page }) => {
  const member = await signUp(page);
  for (const refuse of [() => page.getByRole("button", { name: "취소" }).click(), () => payAtGateway(page, "4330 1234 1234 0003")]) {
    await page.goto("/my/cards");
    await register(page).click();
    await refuse();
    await expect(page).toHaveURL(/\/my\/cards\?refused=1/);
    await expect(told(page)).toContainText("카드를 등록하지 못했습니다.");
    await expect(kept(page)).toHaveCount(0);
  }
  expect((await page.goto("/my/cards/return?authKey=auth_made_up&customerKey=somebody"))?.url()).toContain("/my/cards?refused=1");
  await registerCard(page);
  const id = await of(page, "현대").locator("input[name=card]").first().inputValue();
  await signOut(page);
  await signUp(page);
  const headers = { accept: "application/json" };
  for (const path of ["change", "remove"]) {
    await page.request.post(`/fn/payment/card/${path}`, { headers, form: { card: id, name: "내 카드", default: "1" } });
  }
  const form = { key: crypto.randomUUID(), amount: "5000", way: id };
  expect((await page.request.post("/fn/points/charge", { headers, form })).status()).toBe(409);
  await signOut(page);
  await page.goto("/login?next=/my/cards");
  await fillSignIn(page, member.email, member.password);
  await expect(kept(page).getByRole("heading")).toHaveText(["현대 ****1234 기본 카드"]);
  await expect(field(of(page, "현대"), "카드 이름")).toHaveValue("");
});

test("whoever came to register a card goes back to where they came from, and nowhere else", async ({ page }) => {
  await signUp(page);
  await page.goto("/my/points?next=/coupons");
  await main(page).getByRole("link", { name: "카드 등록·관리" }).click();
  await register(page).click();
  await payAtGateway(page);
  await expect(page).toHaveURL("/my/points?next=/coupons");
  await expect(way(page, /^현대/)).toBeChecked();
  await page.goto("/my/cards?next=https://evil.example/");
  await register(page).click();
  await payAtGateway(page, "5500 0000 0000 4444");
  await expect(page).toHaveURL("/");
  await page.goto("/my/points?next=/coupons");
  await field(page, "금액").fill("1000");
  await chargeButton(page).click();
  await expect(page).toHaveURL("/coupons");
});

test("points are charged by a registered card once, however often the form is sent", async ({ page }) => {
  await signUp(page);
  await page.goto("/my/cards");
  await registerCard(page);
  await page.goto("/my/points");
  await expect(way(page, /^현대 \*{4}1234/)).toBeChecked();
  await field(page, "금액").fill("30,000");
  const sending = page.waitForRequest((request) => request.url().endsWith("/fn/points/charge"));
  await chargeButton(page).dblclick();
  const data = (await sending).postData() ?? "";
  await expect(page).toHaveURL(/\/my\/points\?charge=/);
  const headers = { "content-type": "application/x-www-form-urlencoded", accept: "text/html" };
  const again = await page.request.post("/fn/points/charge", { headers, data });
  expect(await again.text()).toContain("포인트를 충전했습니다.");
  const other = await page.request.post("/fn/points/charge", { headers, data: data.replace("30%2C000", "40000") });
  expect(await other.text()).toContain("이미 보낸 양식입니다.");
  expect(await balance(page)).toBe(30_000);
  await expect(main(page).locator("tbody").getByRole("row")).toHaveCount(1);
});

test("points are charged at the gateway's page, and not where the shopper or the card turns back", async ({ page }) => {
  await signUp(page);
  const begin = async (amount: number) => {
    await page.goto("/my/points");
    await field(page, "금액").fill(String(amount));
    await chargeButton(page).click();
    await expect(page.getByText(printWon(amount))).toBeVisible();
  };
  await begin(10_000);
  await page.getByRole("button", { name: "취소" }).click();
  await expect(told(page)).toHaveText("결제를 그만두었습니다.");
  for (const number of ["4330 1234 1234 0003", "4330 1234 1234 0002"]) {
    await begin(20_000);
    await payAtGateway(page, number);
    await expect(page).toHaveURL(/\/my\/points\?charge=/);
    await expect(told(page)).toContainText("포인트를 충전하지 못했습니다. 빠져나간 돈은 없습니다.");
    await fits(page);
  }
  await expect(page.getByTestId("balance")).toHaveText("0원");
  await begin(30_000);
  const gateway = page.url();
  await payAtGateway(page);
  await expect(told(page)).toHaveText("포인트를 충전했습니다.");
  await expect(page.getByTestId("balance")).toHaveText("30,000원");
  // What is over cannot be paid once more.
  expect((await page.goto(gateway))?.status()).toBe(410);
  expect(await balance(page)).toBe(30_000);
});

test("a registered card that is refused charges nothing, and the form can be sent again", async ({ page }) => {
  await signUp(page);
  await page.goto("/my/cards");
  await registerCard(page, "4330 1234 1234 0002");
  await page.goto("/my/points");
  await field(page, "금액").fill("7000");
  await chargeButton(page).click();
  await expect(page).toHaveURL("/my/points");
  await expect(main(page).getByRole("alert")).toContainText("포인트를 충전하지 못했습니다.");
  await expect(page.getByTestId("balance")).toHaveText("0원");
  await expect(field(page, "금액")).toHaveValue("7000");
  await way(page, /^다른 카드/).check();
  await chargeButton(page).click();
  await payAtGateway(page);
  await expect(page.getByTestId("balance")).toHaveText("7,000원");
});

test("the pages of cards and of charging are English too", async ({ page }) => {
  await signUp(page);
  await page.goto("/my/cards");
  await registerCard(page);
  await page.getByRole("button", { name: "English" }).click();
  for (const path of ["/my/cards?registered=1", "/my/cards?refused=1", "/my/points"]) {
    await page.goto(path);
    await expect(page.locator("html")).toHaveAttribute("lang", "en");
    const left = (await main(page).innerText()).replace("현대", "").match(/[가-힣]+/g);
    expect(left, path).toBeNull();
  }
});
