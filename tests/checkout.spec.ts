import { expect, test, type Page } from "@playwright/test";

import {
  WELCOME, addToCart, address, balance, cartCount, change, charge, choose, choosePayLater, due, field, fillAddress, fillSignIn,
  hydrated, line, order, orders, payButton, payLaterButton, printWon, readyToPay, scripted, signOut, signUp, total, won,
} from "./shop";

const alert = (page: Page) => page.getByRole("main").getByRole("alert").first();

/** Sets a line's copies on a cart page of its own. */
async function changeElsewhere(page: Page, title: string, copies: number) {
  const other = await page.context().newPage();
  await other.goto("/cart");
  if (scripted()) await hydrated(line(other, title));
  await change(line(other, title), String(copies));
  await expect(cartCount(other)).toHaveText(String(copies));
  await other.close();
}

async function removeElsewhere(page: Page, title: string) {
  const other = await page.context().newPage();
  await other.goto("/cart");
  await line(other, title).getByRole("button", { name: "삭제" }).click();
  await expect(other.getByText("장바구니가 비어 있습니다.")).toBeVisible();
  await other.close();
}

test("a cart emptied in another tab is told at payment, and nothing is charged", async ({ page }) => {
  await readyToPay(page, "이춘풍전");
  await removeElsewhere(page, "이춘풍전");
  await payButton(page).click();
  await expect(page).toHaveURL("/checkout");
  await expect(alert(page)).toContainText(
    "장바구니가 비어 있습니다. 다른 창에서 주문했거나 비웠는지 확인해 주세요.",
  );
  await expect(payButton(page)).toHaveCount(0);
  expect(await balance(page)).toBe(100_000);
  expect(await orders(page)).toBe(0);
});

test("a cart changed in another tab is shown by line, and nothing is charged until agreed", async ({ page }) => {
  await readyToPay(page, "이춘풍전");
  const price = won(await total(page).textContent()) - 3_000 + WELCOME;
  await page.getByLabel("배송 요청사항").fill("경비실에 맡겨 주세요");
  await changeElsewhere(page, "이춘풍전", 3);
  await payButton(page).click();
  await expect(page).toHaveURL("/checkout");
  await expect(alert(page)).toContainText(
    "주문서를 보는 사이에 내용이 바뀌었습니다. 결제되지 않았으니 바뀐 내용을 확인해 주세요.",
  );
  const changes = page.getByRole("main").getByText(`이춘풍전: 1권 × ${printWon(price)} → 3권 × ${printWon(price)}`);
  await expect(changes).toBeVisible();
  await expect(page.getByLabel("배송 요청사항")).toHaveValue("경비실에 맡겨 주세요");
  // What was typed is not typed again.
  await expect(page.getByRole("main")).toContainText(`(${address.postcode}) ${address.line1}`);

  const other = await page.context().newPage();
  expect(await balance(other)).toBe(100_000);
  expect(await orders(other)).toBe(0);
  await other.close();

  const agreed = printWon(price * 3 - WELCOME);
  await expect(payButton(page)).toHaveText(`${agreed} 결제하기`);
  await payButton(page).click();
  await expect(page).toHaveURL(/\/complete$/);
  await expect(total(page)).toHaveText(agreed);
  expect(await balance(page)).toBe(100_000 - won(agreed));
});

test("a line that came or went in another tab is listed too", async ({ page }) => {
  await signUp(page);
  await charge(page, 100_000);
  await addToCart(page, "이춘풍전");
  await addToCart(page, "유충렬전");
  await page.goto("/checkout");
  await fillAddress(page);
  const other = await page.context().newPage();
  await addToCart(other, "심청전");
  await other.goto("/cart");
  await line(other, "유충렬전").getByRole("button", { name: "삭제" }).click();
  await expect(cartCount(other)).toHaveText("2");
  await other.close();
  await payButton(page).click();
  await expect(alert(page)).toContainText("내용이 바뀌었습니다.");
  const changes = page.getByRole("main").locator(".changes");
  await expect(changes).toContainText(/심청전: 없음 → 1권 × [\d,]+원/);
  await expect(changes).toContainText(/유충렬전: 1권 × [\d,]+원 → 없음/);
  await expect(changes.getByRole("listitem")).toHaveCount(2);
  expect(await balance(page)).toBe(100_000);
});

test("points spent in another tab are told at payment, and no order is made until agreed", async ({ page }) => {
  await signUp(page);
  await charge(page, 20_000);
  await addToCart(page, "이춘풍전");
  await page.goto("/checkout");
  await fillAddress(page);
  await choose(page);
  const sum = won(await total(page).textContent());
  const other = await page.context().newPage();
  await other.goto("/checkout");
  await fillAddress(other);
  await choose(other);
  await order(other);
  await addToCart(other, "이춘풍전");
  const left = await balance(other);
  expect(left).toBe(20_000 - sum);
  await other.close();
  // Whoever agreed to pay all of it by points is not made to owe a part.
  await payButton(page).click();
  await expect(page).toHaveURL("/checkout");
  await expect(alert(page)).toContainText("포인트가 부족합니다.");
  await expect(due(page)).toHaveText(printWon(sum - left));
  await choosePayLater(page);
  await expect(payLaterButton(page)).toHaveText(`주문하고 ${printWon(sum - left)} 나중에 결제하기`);
  expect(await balance(page)).toBe(left);
  expect(await orders(page)).toBe(1);
});

test("the same order sent again through Back makes no second one", async ({ page }) => {
  await readyToPay(page, "유충렬전");
  const sending = page.waitForRequest((request) => request.url().endsWith("/fn/order/place"));
  await payButton(page).click();
  const sent = await sending;
  await expect(page).toHaveURL(/\/complete$/);
  const complete = page.url();
  const left = await balance(page);

  // A browser that kept the page sends the very same form.
  const headers = { "content-type": "application/x-www-form-urlencoded", accept: "text/html" };
  const again = await page.request.post("/fn/order/place", { headers, data: sent.postData() ?? "" });
  expect(again.url()).toBe(complete);
  expect(await orders(page)).toBe(1);

  await page.goto("/checkout");
  await expect(payButton(page)).toHaveCount(0);
  expect(await balance(page)).toBe(left);
  // The address typed in is kept once, too.
  await page.goto("/my/addresses");
  await expect(page.getByRole("main").getByText(address.recipient, { exact: true })).toHaveCount(1);
});

test("Back after paying offers no second payment, or ends at the same order", async ({ page }) => {
  await readyToPay(page, "유충렬전");
  await payButton(page).click();
  await expect(page).toHaveURL(/\/complete$/);
  const complete = page.url();
  await page.goBack();
  await expect(page).toHaveURL("/checkout");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("주문서");
  const shownAgain = await payButton(page).isVisible();
  test.info().annotations.push({ type: "Back shows the form again", description: String(shownAgain) });
  if (shownAgain) {
    for (const [label, typed] of [["받는 분", address.recipient], ["주소", address.line1]]) {
      if ((await field(page, label).inputValue()) === "") await fillAddress(page);
      await expect(field(page, label)).toHaveValue(typed);
    }
    await payButton(page).click();
    await expect(page).toHaveURL(complete);
  }
  expect(await orders(page)).toBe(1);
});

test("someone else's order is a 404", async ({ page, browser }) => {
  await readyToPay(page, "유충렬전");
  await payButton(page).click();
  await expect(page).toHaveURL(/\/complete$/);
  const complete = new URL(page.url()).pathname;
  const elsewhere = await browser.newContext({ javaScriptEnabled: scripted(), baseURL: new URL(page.url()).origin });
  const stranger = await elsewhere.newPage();
  await signUp(stranger);
  const own = complete.replace("/complete", "");
  for (const path of [complete, own, `${own}/cancel`, `${own}/claim`, "/orders/0", "/orders/nowhere/complete"]) {
    const response = await stranger.goto(path);
    expect(response?.status(), path).toBe(404);
    await expect(stranger.getByRole("heading", { level: 1 })).toHaveText("페이지를 찾을 수 없습니다");
  }
  await elsewhere.close();
});

test("a guest is sent to sign in and comes back to the page that was asked for", async ({ page }) => {
  const member = await signUp(page);
  await signOut(page);
  const own = ["/checkout", "/orders", "/orders?before=1", "/my", "/my/points", "/my/coupons", "/my/addresses", "/my/profile"];
  for (const path of own) {
    await page.goto(path);
    await expect(page).toHaveURL(`/login?next=${path.replace("?", "%3F").replace("=", "%3D")}`);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("로그인");
  }
  await page.goto("/orders?before=1");
  await fillSignIn(page, member.email, member.password);
  await expect(page).toHaveURL("/orders?before=1");
  await signOut(page);
  await page.goto("/checkout");
  await fillSignIn(page, member.email, member.password);
  await expect(page).toHaveURL("/checkout");
});

test("a guest's cart joins the member's at login", async ({ page }) => {
  const member = await signUp(page);
  await addToCart(page, "이춘풍전", 2);
  await signOut(page);
  await expect(cartCount(page)).toHaveText("0");
  await addToCart(page, "이춘풍전", 1);
  await addToCart(page, "심청전", 1);
  await page.goto("/login?next=/cart");
  await fillSignIn(page, member.email, member.password);
  await expect(page).toHaveURL("/cart");
  await expect(line(page, "이춘풍전").getByLabel(/^수량/)).toHaveValue("3");
  await expect(line(page, "심청전").getByLabel(/^수량/)).toHaveValue("1");
  await expect(cartCount(page)).toHaveText("4");
});

test("an address refused at checkout comes back as typed, and nothing is charged", async ({ page }) => {
  await signUp(page);
  await charge(page, 50_000);
  await addToCart(page, "이춘풍전");
  await page.goto("/checkout");
  await fillAddress(page, { postcode: "1234" });
  await payButton(page).click();
  await expect(page).toHaveURL("/checkout");
  await expect(field(page, "우편번호")).toHaveAttribute("aria-invalid", "true");
  await expect(field(page, "우편번호")).toHaveAccessibleDescription("우편번호는 숫자 다섯 자리입니다.");
  await expect(field(page, "우편번호")).toHaveValue("1234");
  await expect(field(page, "주소")).toHaveValue(address.line1);
  expect(await balance(page)).toBe(50_000);
});
