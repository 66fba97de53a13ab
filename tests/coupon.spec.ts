import { expect, test, type Page } from "@playwright/test";

import {
  WELCOME, addToCart, balance, charge, choose, choosePayLater, coupon, due, expectRefused, field, fillAddress, fillSignIn, fits, order,
  orders, payButton, payLaterButton, printWon, scripted, signOut, signUp, sumUp, total, won,
} from "./shop";

const main = (page: Page) => page.getByRole("main");
const discount = (page: Page) => page.getByTestId("discount");
const told = (page: Page, sentence: string) => main(page).getByRole("status").filter({ hasText: sentence });
/** A coupon, offered or one's own. */
const ticket = (page: Page, name: string) =>
  main(page).getByRole("listitem").filter({ has: page.getByRole("heading", { name, exact: true }) });

const [TENTH, CODED, POETRY, FIRST] = ["마당 나들이 10%", "비밀 쪽지 3,000원", "시집 2,000원", "첫 만남 1,000원"];

async function take(page: Page, name: string) {
  await page.goto("/coupons");
  await ticket(page, name).getByRole("button", { name: "쿠폰 받기" }).click();
  await expect(page).toHaveURL("/coupons?taken=1");
  await expect(told(page, "쿠폰을 받았습니다.")).toBeVisible();
}

async function redeem(page: Page, code: string) {
  await page.goto("/my/coupons");
  await field(page, "쿠폰 코드").fill(code);
  await main(page).getByRole("button", { name: "등록" }).click();
}

/** A member with points and coupons, whose checkout of copies of 이춘풍전 is open and filled in. */
async function atCheckout(page: Page, copies: number) {
  await signUp(page);
  await charge(page, 100_000);
  await take(page, TENTH);
  await take(page, POETRY);
  await redeem(page, "MADANG");
  await addToCart(page, "이춘풍전", copies);
  await page.goto("/checkout");
  await fillAddress(page);
}

async function has(page: Page, name: string, state: string) {
  await page.goto("/my/coupons");
  await expect(ticket(page, name).locator(".state")).toHaveText(state);
}

test("a coupon on offer is taken once, and a guest signs in first", async ({ page }) => {
  const member = await signUp(page);
  await signOut(page);
  await page.goto("/coupons");
  await ticket(page, TENTH).getByRole("button", { name: "쿠폰 받기" }).click();
  await expect(page).toHaveURL("/login?next=/coupons");
  await fillSignIn(page, member.email, member.password);
  await expect(page).toHaveURL("/coupons");
  const sending = page.waitForRequest((request) => request.url().endsWith("/fn/coupon/download"));
  await take(page, TENTH);
  const sent = await sending;
  await expect(ticket(page, TENTH)).toContainText("받은 쿠폰입니다");
  await expect(ticket(page, TENTH).getByRole("button")).toHaveCount(0);
  await fits(page);

  // The very same form once more is the same coupon; another one is refused.
  const headers = { "content-type": "application/x-www-form-urlencoded", accept: "text/html" };
  const data = sent.postData() ?? "";
  const again = await page.request.post("/fn/coupon/download", { headers, data });
  expect(again.url()).toContain("/coupons?taken=1");
  const another = data.replace(/key=[^&]*/, `key=${crypto.randomUUID()}`);
  expect(await (await page.request.post("/fn/coupon/download", { headers, data: another })).text()).toContain(
    "이미 받은 쿠폰입니다.",
  );
  await has(page, TENTH, "사용 가능");
  await has(page, FIRST, "사용 가능");
  await fits(page);
});

test("a code that is wrong comes back, the right one gives a coupon in any case of letters, once", async ({ page }) => {
  await signUp(page);
  for (const [typed, sentence] of [
    [" ", "입력해 주세요."],
    ["abc", "4자 이상 입력해 주세요."],
    ["MADANG!", "사용할 수 없는 문자가 있습니다."],
    ["MADANG-2", "찾을 수 없습니다. 다시 확인해 주세요."],
  ]) {
    await test.step(typed, async () => {
      await redeem(page, typed);
      await expectRefused(field(page, "쿠폰 코드"), typed, sentence);
      await expect(page).toHaveURL("/my/coupons");
      await expect(ticket(page, CODED)).toHaveCount(0);
    });
  }
  await redeem(page, " madang ");
  await expect(page).toHaveURL("/my/coupons?taken=1");
  await expect(told(page, "쿠폰을 받았습니다.")).toBeVisible();
  await expect(ticket(page, CODED)).toContainText("3,000원 할인 · 15,000원 이상 살 때 · 모든 책");
  await redeem(page, "MADANG");
  await expect(main(page).getByRole("alert")).toContainText("이미 받은 쿠폰입니다.");
  await has(page, CODED, "사용 가능");
});

test("the best coupon is proposed, another or none changes the total, and the order uses the one chosen", async ({ page }) => {
  await atCheckout(page, 2);
  await expect(coupon(page, CODED)).toBeChecked();
  const goods = won(await total(page).textContent()) + 3_000;
  const shows = async (off: number) => {
    await expect(discount(page)).toHaveText(off ? `−${printWon(off)}` : "0원");
    await expect(total(page)).toHaveText(printWon(goods - off));
    await expect(due(page)).toHaveText("0원");
    await expect(payButton(page)).toHaveText(`${printWon(goods - off)} 결제하기`);
  };
  await shows(3_000);
  await expect(coupon(page, POETRY)).toBeDisabled();
  await expect(main(page).getByText("이 책들에는 쓸 수 없습니다")).toHaveCount(1);
  await fits(page);
  await choose(page, FIRST);
  await shows(WELCOME);
  await choose(page);
  await shows(0);
  await choose(page, TENTH);
  const off = Math.floor(goods / 10);
  await shows(off);
  // What was typed for the delivery is still there.
  await expect(field(page, "받는 분")).toHaveValue("홍길동");

  const path = await order(page);
  await expect(total(page)).toHaveText(printWon(goods - off));
  await page.goto(path);
  await expect(main(page).getByText(`쿠폰 할인 (${TENTH})`)).toBeVisible();
  await expect(main(page).getByText(`−${printWon(off)}`, { exact: true })).toBeVisible();
  await fits(page);
  expect(await balance(page)).toBe(100_000 - goods + off);
  await has(page, TENTH, "사용 완료");
  await has(page, CODED, "사용 가능");
});

test("a coupon for larger orders says what is missing, and cannot be chosen", async ({ page }) => {
  await atCheckout(page, 1);
  await expect(coupon(page, FIRST)).toBeChecked();
  const price = won(await total(page).textContent()) - 3_000 + WELCOME;
  for (const [name, from] of [[CODED, 15_000], [TENTH, 20_000]] as const) {
    await expect(coupon(page, name)).toBeDisabled();
    await expect(main(page).getByText(`${printWon(from - price)}어치를 더 담으면 쓸 수 있습니다`)).toBeVisible();
  }
});

test("points are taken as far as they go, or as many as are typed", async ({ page }) => {
  await signUp(page);
  await charge(page, 5_000);
  await addToCart(page, "이춘풍전");
  await page.goto("/checkout");
  await fillAddress(page);
  const sum = won(await total(page).textContent());
  const points = page.getByLabel("사용할 포인트");
  const shows = async (used: number) => {
    await expect(page.getByTestId("points-used")).toHaveText(printWon(used));
    await expect(due(page)).toHaveText(printWon(sum - used));
    await expect(payLaterButton(page)).toHaveText(`주문하고 ${printWon(sum - used)} 나중에 결제하기`);
  };
  await choosePayLater(page);
  await shows(5_000);
  await expect(main(page).getByText("남은 금액은 30분 안에 결제하시면 됩니다.")).toBeVisible();
  await points.fill("1,200");
  await sumUp(page);
  await shows(1_200);
  await points.fill("0");
  await sumUp(page);
  await shows(0);
  await points.fill("1200");
  await sumUp(page);
  await order(page);
  await expect(due(page)).toHaveText(printWon(sum - 1_200));
  expect(await balance(page)).toBe(3_800);
});

test("points that cannot be are refused beside their field, and more than there are at payment", async ({ page }) => {
  await signUp(page);
  await charge(page, 5_000);
  await addToCart(page, "이춘풍전");
  await page.goto("/checkout");
  await fillAddress(page);
  const points = page.getByLabel("사용할 포인트");
  await points.fill("9000");
  if (!scripted()) {
    // What was not summed up yet is shown before anything is ordered.
    await payButton(page).or(payLaterButton(page)).click();
    await expect(main(page).getByRole("alert").first()).toContainText("금액이 바뀌었습니다.");
  }
  await payButton(page).or(payLaterButton(page)).click();
  await expect(page).toHaveURL("/checkout");
  await expect(main(page).getByRole("alert").first()).toContainText("포인트가 부족합니다.");
  for (const [typed, sentence] of [["천 원", "숫자로 입력해 주세요."], ["-5", /^0부터 [\d,]{1,14}까지 입력할 수 있습니다\./]] as const) {
    await test.step(typed, async () => {
      await points.fill(typed);
      await payButton(page).or(payLaterButton(page)).click();
      await expect(page).toHaveURL("/checkout");
      await expectRefused(points, typed, sentence);
      // What was typed for the delivery is still there.
      await expect(main(page)).toContainText("홍길동");
    });
  }
  expect(await balance(page)).toBe(5_000);
  expect(await orders(page)).toBe(0);
});

test("a coupon that another tab used is told, the next one is proposed, and nothing is charged", async ({ page }) => {
  await atCheckout(page, 2);
  const other = await page.context().newPage();
  await other.goto("/checkout");
  await fillAddress(other);
  await order(other);
  await addToCart(other, "이춘풍전", 2);
  const left = await balance(other);
  await other.close();
  await payButton(page).click();
  await expect(page).toHaveURL("/checkout");
  await expect(main(page).getByRole("alert").first()).toContainText(
    "이 쿠폰은 이 주문에 쓸 수 없습니다. 다시 골라 주세요. 결제되지 않았습니다.",
  );
  await expect(coupon(page, CODED)).toHaveCount(0);
  await expect(coupon(page, TENTH)).toBeChecked();
  expect(await balance(page)).toBe(left);
  expect(await orders(page)).toBe(1);
});

test("a choice made before the page could sum it up is never paid at another sum", async ({ page }) => {
  // Scripts that are late, or none at all.
  let arrive = () => {};
  const scripts = new Promise<void>((done) => (arrive = done));
  await atCheckout(page, 2);
  const goods = won(await total(page).textContent()) + 3_000;
  await page.route("**/*.wasm", async (route) => {
    await scripts;
    await route.continue();
  });
  await page.goto("/checkout", { waitUntil: "commit" });
  await fillAddress(page);
  await coupon(page, FIRST).check();
  arrive();
  if (scripted()) {
    await sumUp(page);
    await expect(coupon(page, FIRST)).toBeChecked();
  } else {
    await payButton(page).click();
    await expect(page).toHaveURL("/checkout");
    await expect(main(page).getByRole("alert").first()).toContainText("결제되지 않았으니");
    await expect(coupon(page, FIRST)).toBeChecked();
    const other = await page.context().newPage();
    expect(await orders(other)).toBe(0);
    await other.close();
  }
  const sum = printWon(goods - WELCOME);
  await expect(total(page)).toHaveText(sum);
  await expect(payButton(page)).toHaveText(`${sum} 결제하기`);
  await order(page);
  expect(await balance(page)).toBe(100_000 - won(sum));
});
