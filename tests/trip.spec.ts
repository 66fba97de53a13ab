import { expect, test } from "@playwright/test";

import {
  WELCOME, address, balance, card, cartCount, coupon, due, field, fillAddress, fillSignUp, fits as fit, hydrated, line,
  choosePayLater, payAtGateway, payButton, payLaterButton, printWon, quantity, scripted, total, won,
} from "./shop";

/** Nobody else orders these: what is left of them is counted. */
const BOOKS: Record<string, string> = { "scripts on": "허생전", "scripts off": "인현왕후전", phone: "흥부전" };

test("a guest finds a book, becomes a member, pays by points, and every count follows", async ({ page }) => {
  const title = BOOKS[test.info().project.name];
  const fits = () => fit(page);
  const find = async (words: string) => {
    await page.getByRole("searchbox").fill(words);
    await page.getByRole("search").getByRole("button").click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(`‘${words}’ 검색 결과`);
    await expect(card(page, title)).toBeVisible();
    await fits();
  };

  await page.goto("/");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("오래 읽힌 책, 오늘 마당에");
  await fits();
  await find(title);
  await card(page, title).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(title);
  await fits();
  const product = page.url();
  const main = page.getByRole("main");
  const stock = page.getByText(/^지금 살 수 있는 수량: \d+권$/);
  const before = won(await stock.textContent());
  expect(before).toBeGreaterThan(2);
  const price = won(await main.locator("article .price strong").textContent());
  const isbn = await main.getByRole("row", { name: "ISBN" }).getByRole("cell").innerText();
  const author = await main.locator("article .author").innerText();
  expect(isbn).toMatch(/^979-[\d-]+-\d$/);

  await find(author);
  await find(isbn);
  await expect(main.locator("a.card")).toHaveCount(1);
  await find(isbn.replaceAll("-", ""));
  await expect(main.locator("a.card")).toHaveCount(1);
  await card(page, title).click();
  await expect(page).toHaveURL(product);
  await expect(stock).toHaveText(`지금 살 수 있는 수량: ${before}권`);

  if (scripted()) await hydrated(main);
  await quantity(page).fill("2");
  await page.getByRole("button", { name: "장바구니에 담기" }).click();
  await expect(cartCount(page)).toHaveText("2");
  await fits();
  await page.getByRole("link", { name: "장바구니 보기" }).filter({ visible: true }).click();

  await expect(page).toHaveURL("/cart");
  const fee = price * 2 >= 15_000 ? 0 : 3_000;
  const sum = printWon(price * 2 + fee);
  const cartShows = async () => {
    await expect(line(page, title).getByLabel(/^수량/)).toHaveValue("2");
    await expect(line(page, title)).toContainText(printWon(price));
    await expect(page.getByTestId("goods")).toHaveText(printWon(price * 2));
    await expect(main.locator("aside")).toContainText(fee ? printWon(fee) : "무료");
    await expect(total(page)).toHaveText(sum);
    await fits();
  };
  await cartShows();
  await main.getByRole("link", { name: "로그인" }).click();
  await expect(page).toHaveURL("/login?next=/cart");
  await fits();
  await main.getByRole("link", { name: "회원가입" }).click();
  await expect(page).toHaveURL("/signup?next=/cart");
  await fits();
  await fillSignUp(page, "/cart");
  await cartShows();
  await expect(cartCount(page)).toHaveText("2");

  await page.getByRole("link", { name: "주문하기" }).click();
  await expect(page).toHaveURL("/checkout");
  // The coupon that every new member has is proposed.
  const paid = printWon(won(sum) - WELCOME);
  await expect(coupon(page, "첫 만남 1,000원")).toBeChecked();
  await expect(total(page)).toHaveText(paid);
  await expect(due(page)).toHaveText(paid);
  await expect(main.getByText(`포인트가 ${paid} 부족합니다.`)).toBeVisible();
  await expect(payButton(page)).toHaveText(`${paid} 결제하기`);
  await expect(payLaterButton(page)).toHaveCount(0);
  await choosePayLater(page);
  await expect(payButton(page)).toHaveCount(0);
  await expect(payLaterButton(page)).toHaveText(`주문하고 ${paid} 나중에 결제하기`);
  await fits();
  await main.getByRole("link", { name: "포인트 충전" }).click();
  await expect(page.getByTestId("balance")).toHaveText("0원");
  await fits();
  await field(page, "금액").fill("50,000");
  await page.getByRole("button", { name: "포인트 충전" }).click();
  await payAtGateway(page);

  await expect(page).toHaveURL("/checkout");
  await expect(total(page)).toHaveText(paid);
  await fillAddress(page);
  await page.getByLabel("배송 요청사항").fill("문 앞에 놓아 주세요");
  await expect(due(page)).toHaveText("0원");
  await expect(payButton(page)).toHaveText(`${paid} 결제하기`);
  await fits();
  await payButton(page).click();

  await expect(page).toHaveURL(/\/orders\/[0-9a-f-]{36}\/complete$/);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("주문이 완료되었습니다");
  const number = await page.getByTestId("order-number").innerText();
  expect(number).toMatch(/^20\d{6}-[0-9A-F]{8}$/);
  await expect(total(page)).toHaveText(paid);
  await expect(cartCount(page)).toHaveText("0");
  await fits();

  await page.goto("/orders");
  const order = main.getByRole("link").filter({ hasText: number });
  await expect(order).toHaveCount(1);
  await expect(order).toContainText(title);
  await expect(order).toContainText("결제완료");
  await expect(order).toContainText(paid);
  await fits();
  await order.click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(`주문 ${number}`);
  await expect(total(page)).toHaveText(paid);
  await expect(main).toContainText("2권");
  await expect(main).toContainText(`(${address.postcode}) ${address.line1} ${address.line2}`);
  await expect(main).toContainText("문 앞에 놓아 주세요");
  await fits();

  await page.goto(product);
  await expect(stock).toHaveText(`지금 살 수 있는 수량: ${before - 2}권`);

  expect(await balance(page)).toBe(50_000 - won(paid));
  const spent = main.getByRole("row").filter({ hasText: "사용" });
  await expect(spent).toHaveCount(1);
  await expect(spent).toContainText(`-${paid}`);
  await expect(spent).toContainText(printWon(50_000 - won(paid)));
  await expect(main.getByRole("row").filter({ hasText: "+50,000원" })).toContainText("충전");
  await fits();
  for (const path of ["/my", "/my/coupons", "/coupons", "/my/profile", "/my/addresses", "/my/addresses/new", "/categories/poetry", "/nowhere"]) {
    await page.goto(path);
    await fits();
  }
});
