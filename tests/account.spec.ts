import { expect, test, type Page } from "@playwright/test";

import {
  addToCart, address, balance, charge, field, fillAddress, fillSignIn, password, payButton, signOut, signUp,
} from "./shop";

const main = (page: Page) => page.getByRole("main");
/** The kept address of a recipient, with its buttons. */
const kept = (page: Page, recipient: string) =>
  main(page).getByRole("listitem").filter({ has: page.getByText(recipient, { exact: true }) });

async function add(page: Page, recipient: string) {
  await page.goto("/my/addresses");
  await main(page).getByRole("link", { name: "배송지 추가" }).click();
  await expect(page).toHaveURL("/my/addresses/new");
  await fillAddress(page, { recipient });
  await main(page).getByRole("button", { name: "저장" }).click();
  await expect(page).toHaveURL("/my/addresses");
  await expect(kept(page, recipient)).toContainText(`(${address.postcode}) ${address.line1} ${address.line2}`);
}

test("addresses are kept, edited, made the default and removed", async ({ page }) => {
  await signUp(page);
  await page.goto("/my/addresses");
  await expect(main(page)).toContainText("등록한 배송지가 없습니다.");
  await add(page, "홍길동");
  await add(page, "성춘향");
  await add(page, "심청이");
  await expect(main(page).getByText("기본 배송지", { exact: true })).toHaveCount(1);
  await expect(kept(page, "홍길동")).toContainText("기본 배송지");

  await kept(page, "성춘향").getByRole("button", { name: "기본으로 지정" }).click();
  await expect(page).toHaveURL("/my/addresses");
  await expect(kept(page, "성춘향")).toContainText("기본 배송지");
  await expect(main(page).getByText("기본 배송지", { exact: true })).toHaveCount(1);

  await kept(page, "심청이").getByRole("link", { name: "수정" }).click();
  await expect(field(page, "받는 분")).toHaveValue("심청이");
  await expect(field(page, "휴대전화")).toHaveValue(address.phone);
  await field(page, "우편번호").fill("54321");
  await field(page, "받는 분").fill("심봉사");
  await main(page).getByRole("button", { name: "저장" }).click();
  await expect(page).toHaveURL("/my/addresses");
  await expect(kept(page, "심봉사")).toContainText("(54321)");
  await expect(kept(page, "심청이")).toHaveCount(0);

  await kept(page, "홍길동").getByRole("button", { name: "삭제" }).click();
  await expect(kept(page, "홍길동")).toHaveCount(0);
  await kept(page, "성춘향").getByRole("button", { name: "삭제" }).click();
  await expect(kept(page, "성춘향")).toHaveCount(0);
  await expect(kept(page, "심봉사")).toBeVisible();
});

test("an edited address that is refused comes back with what was typed", async ({ page }) => {
  await signUp(page);
  await add(page, "홍길동");
  await kept(page, "홍길동").getByRole("link", { name: "수정" }).click();
  const url = page.url();
  await field(page, "우편번호").fill("12a45");
  await field(page, "상세 주소").fill("지하 1층");
  await main(page).getByRole("button", { name: "저장" }).click();
  await expect(page).toHaveURL(url);
  await expect(field(page, "우편번호")).toHaveAccessibleDescription("우편번호는 숫자 다섯 자리입니다.");
  await expect(field(page, "우편번호")).toHaveValue("12a45");
  await expect(field(page, "상세 주소")).toHaveValue("지하 1층");
});

test("someone else's address is a 404", async ({ page }) => {
  await signUp(page);
  await add(page, "홍길동");
  await kept(page, "홍길동").getByRole("link", { name: "수정" }).click();
  await expect(field(page, "받는 분")).toHaveValue("홍길동");
  const url = page.url();
  await signOut(page);
  await signUp(page);
  expect((await page.goto(url))?.status()).toBe(404);
});

test("the default address is proposed at checkout, and another can be chosen or typed", async ({ page }) => {
  await signUp(page);
  await charge(page, 100_000);
  await add(page, "홍길동");
  await add(page, "성춘향");
  await addToCart(page, "이춘풍전");
  await page.goto("/checkout");
  await expect(page.getByRole("radio", { name: "홍길동" })).toBeChecked();
  await page.getByRole("radio", { name: "성춘향" }).check();
  await payButton(page).click();
  await expect(page).toHaveURL(/\/complete$/);
  await expect(main(page)).toContainText("성춘향");

  await addToCart(page, "이춘풍전");
  await page.goto("/checkout");
  await page.getByRole("radio", { name: "새 배송지로 받기" }).check();
  await fillAddress(page, { recipient: "이몽룡" });
  await payButton(page).click();
  await expect(page).toHaveURL(/\/complete$/);
  await expect(main(page)).toContainText("이몽룡");
  await page.goto("/my/addresses");
  await expect(kept(page, "이몽룡")).toBeVisible();
});

test("a changed profile is kept and greets by the new name", async ({ page }) => {
  const member = await signUp(page);
  await page.goto("/my/profile");
  await expect(main(page)).toContainText(member.email);
  await expect(field(page, "휴대전화")).toHaveValue(member.phone);
  await field(page, "이름").fill("박새이름");
  await field(page, "휴대전화").fill("0212345678");
  await main(page).getByRole("button", { name: "저장" }).click();
  await expect(page.getByRole("status").filter({ hasText: "저장했습니다." })).toBeVisible();
  await expect(page.getByRole("link", { name: "박새이름 님" })).toBeVisible();
  await expect(field(page, "휴대전화")).toHaveValue("02-1234-5678");
});

test("a changed password is the one to sign in with", async ({ page }) => {
  const member = await signUp(page);
  await page.goto("/my/profile");
  await field(page, "현재 비밀번호").fill(password);
  await field(page, "새 비밀번호").fill("a-new-password-2");
  await field(page, "비밀번호 확인").fill("a-new-password-2");
  await main(page).getByRole("button", { name: "비밀번호 변경" }).click();
  await expect(page.getByRole("status").filter({ hasText: "저장했습니다." })).toBeVisible();
  await signOut(page);

  await page.goto("/login?next=/my");
  await fillSignIn(page, member.email, password);
  await expect(main(page).getByRole("alert")).toHaveText("이메일 또는 비밀번호가 올바르지 않습니다.");
  await fillSignIn(page, member.email, "a-new-password-2");
  await expect(page).toHaveURL("/my");
});

test("after logout the member's pages ask to sign in again", async ({ page }) => {
  await signUp(page, "/my");
  await addToCart(page, "이춘풍전");
  await signOut(page);
  await expect(page).toHaveURL("/");
  await expect(page.getByTestId("cart-count")).toHaveText("0");
  await page.goto("/my");
  await expect(page).toHaveURL("/login?next=/my");
});

test("points charged show in balance and history, newest first", async ({ page }) => {
  await signUp(page);
  await charge(page, 10_000);
  await charge(page, 5_000);
  expect(await balance(page)).toBe(15_000);
  const rows = main(page).locator("tbody").getByRole("row");
  await expect(rows).toHaveCount(2);
  await expect(rows.nth(0)).toContainText("+5,000원");
  await expect(rows.nth(0)).toContainText("15,000원");
  await expect(rows.nth(1)).toContainText("+10,000원");
});
