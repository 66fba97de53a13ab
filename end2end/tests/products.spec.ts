import { expect, test, type Page } from "@playwright/test";

import { elsewhere } from "./desk";
import { addToCart, expectRefused, field, fillSignIn, line, signUp } from "./shop";

const main = (page: Page) => page.getByRole("main");
const told = (page: Page, sentence: string | RegExp) => main(page).getByRole("status").filter({ hasText: sentence });

async function signIn(page: Page, who: "staff" | "seller", next: string) {
  await page.goto(`/login?next=${encodeURIComponent(next)}`);
  await fillSignIn(page, `${who}@madang.example`, `${who}-madang`);
  await expect(page).toHaveURL(next);
}

let made = 0;
/** A title and an ISBN that nothing else has. */
function fresh(name: string) {
  const number = `${Date.now() % 10_000_000}${test.info().workerIndex % 10}${++made % 10}`.padStart(9, "0");
  const body = `978${number}`;
  const sum = [...body].reduce((sum, digit, at) => sum + Number(digit) * (at % 2 ? 3 : 1), 0);
  return { title: `${name} ${number}`, isbn: `${body}${(10 - (sum % 10)) % 10}` };
}

/** Makes a product as a seller does; answers with its title and its id. */
async function create(page: Page, name: string, { status = "작성 중", copies = "9" } = {}) {
  const book = fresh(name);
  await page.goto("/seller/products/new");
  await field(page, "제목").fill(book.title);
  await field(page, "저자").fill("시험 저자");
  await field(page, "초판 발표").fill("1925");
  await field(page, "ISBN").fill(book.isbn);
  await field(main(page), "분야").selectOption({ label: "시" });
  await field(page, "정가").fill("12,000");
  await field(page, "판매가").fill("10,800");
  await field(page, "상태").selectOption({ label: status });
  await field(page, "처음 재고").fill(copies);
  await field(page, "책 소개").fill("첫 줄\n둘째 줄");
  await main(page).getByRole("button", { name: "등록하기" }).click();
  await expect(told(page, "상품을 등록했습니다.")).toBeVisible();
  return { ...book, id: Number(/\/(\d+)\?/.exec(page.url())?.[1]) };
}

/** The list, narrowed to what was typed. */
async function find(page: Page, typed: string) {
  await page.goto(`/seller/products?q=${encodeURIComponent(typed)}`);
  return main(page).locator("tbody").getByRole("row");
}

test("a draft is made, previewed, and sold once it is put on sale", async ({ page, browser }) => {
  await signIn(page, "seller", "/seller/products");
  const book = await create(page, "초고");
  const other = await elsewhere(browser, page);
  for (const path of [`/products/${book.id}`, `/covers/${book.id}.svg`, `/seller/products/${book.id}/cover.svg`])
    expect((await other.request.get(path)).status(), path).toBe(404);
  await other.goto(`/search?q=${encodeURIComponent(book.title)}`);
  await expect(main(other)).toContainText("찾는 책이 없습니다.");

  await main(page).getByRole("link", { name: "미리보기" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(book.title);
  await expect(told(page, "작성 중인 상품이라")).toBeVisible();
  await expect(main(page).getByRole("button", { name: "장바구니에 담기" })).toBeDisabled();
  const cover = main(page).locator("article img.cover");
  expect((await page.request.get((await cover.getAttribute("src")) ?? "")).status()).toBe(200);

  await main(page).getByRole("link", { name: "상품 고치기" }).click();
  await field(page, "상태").selectOption({ label: "판매 중" });
  await main(page).getByRole("button", { name: "저장" }).click();
  await expect(told(page, "저장했습니다.")).toBeVisible();
  expect((await other.goto(`/products/${book.id}`))?.status()).toBe(200);
  await expect(main(other)).toContainText("지금 살 수 있는 수량: 9권");
  await other.context().close();
});

test("a refused product comes back as it was typed, with each flaw in its place", async ({ page }) => {
  await signIn(page, "staff", "/seller/products/new");
  await field(page, "판매자").selectOption({ label: "달빛고서" });
  await field(page, "제목").fill("돌아온 책");
  await field(page, "저자").fill("누군가");
  await field(page, "초판 발표").fill("-400");
  await field(page, "ISBN").fill("978-89-374-6000-4");
  await field(page, "정가").fill("10000");
  await field(page, "판매가").fill("10001");
  await field(page, "처음 재고").fill("많이");
  const long = "긴 이야기 ".repeat(4_000);
  await field(page, "책 소개").fill(long);
  await main(page).getByRole("button", { name: "등록하기" }).click();
  await expect(main(page).getByRole("alert")).toContainText("ISBN: ISBN 13자리가 아니거나");
  await expectRefused(field(page, "ISBN"), "978-89-374-6000-4", "ISBN 13자리가 아니거나 검증 숫자가 맞지 않습니다.");
  await expectRefused(field(page, "판매가"), "10001", "판매가는 정가보다 높을 수 없습니다.");
  await expectRefused(field(page, "처음 재고"), "많이", "숫자로 입력해 주세요.");
  await expectRefused(field(page, "책 소개"), long, "20000자까지 입력할 수 있습니다.");
  await expect(field(page, "제목")).toHaveValue("돌아온 책");
  await expect(field(page, "판매자").locator("option:checked")).toHaveText("달빛고서");
});

test("price and status change in the list, and a refused one comes back in its row", async ({ page }) => {
  await signIn(page, "seller", "/seller/products");
  const book = await create(page, "목록");
  const rows = await find(page, book.isbn);
  await expect(rows).toHaveCount(1);
  await rows.getByLabel(`판매가: ${book.title}`).fill("12,500");
  await rows.getByRole("button", { name: "저장" }).click();
  await expect(main(page).getByLabel(`판매가: ${book.title}`)).toHaveValue("12,500");
  await expect(rows).toContainText("판매가는 정가보다 높을 수 없습니다.");

  await rows.getByLabel(`판매가: ${book.title}`).fill("11,000");
  await rows.getByLabel(`상태: ${book.title}`).selectOption({ label: "판매 중" });
  await rows.getByRole("button", { name: "저장" }).click();
  await expect(rows.getByRole("status")).toHaveText("저장했습니다.");
  await expect(rows.getByLabel(`판매가: ${book.title}`)).toHaveValue("11000");
  await page.goto(`/products/${book.id}`);
  await expect(main(page)).toContainText("11,000원");
  await find(page, book.isbn);
});

test("the second of two who edit is shown what changed, and by whom", async ({ page, browser }) => {
  await signIn(page, "seller", "/seller/products");
  const book = await create(page, "두 사람");
  await page.goto(`/seller/products/${book.id}`);
  const staff = await elsewhere(browser, page);
  await signIn(staff, "staff", `/seller/products/${book.id}`);
  await field(staff, "제목").fill(`${book.title} 고침`);
  await main(staff).getByRole("button", { name: "저장" }).click();
  await expect(told(staff, "저장했습니다.")).toBeVisible();
  await staff.context().close();

  await field(page, "저자").fill("다른 저자");
  await main(page).getByRole("button", { name: "저장" }).click();
  await expect(main(page).getByRole("alert")).toContainText("그사이 다른 사람이 바꾸었습니다.");
  await expect(field(page, "저자")).toHaveValue("다른 저자");
  await expect(field(page, "제목")).toHaveValue(book.title);
  await expect(page.getByTestId("now-title")).toContainText(`지금은 ${book.title} 고침 (박마당,`);
  await expect(page.getByTestId("now-author")).toHaveText("지금은 시험 저자");
  await expect(page.getByTestId("now-isbn")).toHaveCount(0);
  await field(page, "제목").fill(`${book.title} 고침`);
  await main(page).getByRole("button", { name: "저장" }).click();
  await expect(told(page, "저장했습니다.")).toBeVisible();
  await expect(field(page, "저자")).toHaveValue("다른 저자");
  await expect(page.getByRole("heading", { level: 1 })).toContainText("고침");
});

test("prices of many change after a question that names the number, and are undone", async ({ page }) => {
  await signIn(page, "seller", "/seller/products");
  const name = `묶음${Date.now() % 1_000_000}${test.info().workerIndex}`;
  for (let copy = 0; copy < 3; copy++) await create(page, name);
  const rows = await find(page, name);
  await expect(rows).toHaveCount(3);
  await main(page).getByRole("link", { name: "이 쪽 모두 고르기" }).click();
  await expect(main(page).getByRole("checkbox", { name: /^고르기/, checked: true })).toHaveCount(3);
  await rows.first().getByRole("checkbox").uncheck();
  await main(page).getByLabel("고른 상품을").selectOption({ label: "판매가를 몇 % 바꾸기" });
  await main(page).getByRole("button", { name: "다음" }).click();
  await field(page, "바꿀 비율\\(%\\)").fill("많이");
  await main(page).getByRole("button", { name: "다음" }).click();
  await expect(main(page)).toContainText("숫자로 입력해 주세요.");
  await field(page, "바꿀 비율\\(%\\)").fill("-10");
  await main(page).getByRole("button", { name: "다음" }).click();
  await expect(page.getByRole("heading", { level: 2 })).toHaveText("2개 상품의 판매가를 -10% 바꿉니다.");
  await expect(main(page).locator("tbody").getByRole("row").first()).toContainText("9,720원");
  await main(page).getByRole("button", { name: "2개 바꾸기" }).click();
  await expect(told(page, "2개 상품을 바꾸었습니다.")).toBeVisible();
  await expect(main(page).locator("tbody")).toContainText("10,800원 → 9,720원");
  await main(page).getByRole("button", { name: "되돌리기" }).click();
  await expect(told(page, "2개 상품을 되돌렸습니다.")).toBeVisible();
  await find(page, name);
  for (const row of await rows.all()) await expect(row.getByLabel(/^판매가/)).toHaveValue("10800");
  await page.goto("/seller/products/bulk?step=archived");
  await expect(main(page)).toContainText("고른 상품이 없습니다.");
});

test("a book that is suspended in a cart is told of there", async ({ page, browser }) => {
  await signIn(page, "seller", "/seller/products");
  const book = await create(page, "멈춘 책", { status: "판매 중" });
  const shopper = await elsewhere(browser, page);
  await shopper.goto("/");
  await signUp(shopper);
  await addToCart(shopper, book.title);
  const rows = await find(page, book.isbn);
  await rows.getByLabel(`상태: ${book.title}`).selectOption({ label: "판매 중지" });
  await rows.getByRole("button", { name: "저장" }).click();
  await expect(rows.getByRole("status")).toHaveText("저장했습니다.");
  await shopper.goto("/cart");
  await expect(line(shopper, book.title)).toContainText("살 수 있는 수량이 0권입니다.");
  await shopper.goto(`/products/${book.id}`);
  await expect(main(shopper)).toContainText("지금은 판매하지 않는 상품입니다.");
  await shopper.context().close();
});

test("the list is ordered, narrowed and had as a file from its URL", async ({ page }) => {
  await signIn(page, "staff", "/seller/products");
  await main(page).getByRole("columnheader", { name: "판매가" }).getByRole("link").click();
  await expect(page).toHaveURL("/seller/products?sort=price");
  const prices = () => main(page).getByLabel(/^판매가: /).evaluateAll((inputs) => inputs.map((input) => Number((input as HTMLInputElement).value)));
  const first = await prices();
  expect(first.length).toBeGreaterThan(20);
  expect(first).toEqual([...first].sort((one, other) => one - other));
  await expect(main(page).getByRole("columnheader", { name: "판매가" })).toHaveAttribute("aria-sort", "ascending");
  await main(page).getByRole("link", { name: "다음 쪽" }).click();
  expect((await prices())[0]).toBeGreaterThanOrEqual(first[first.length - 1]);
  await main(page).getByLabel("판매자").selectOption({ label: "달빛고서" });
  await main(page).getByRole("button", { name: "찾기" }).click();
  await expect(main(page).locator("tbody").getByRole("row").first()).toContainText("달빛고서");
  const file = await page.request.get((await main(page).getByRole("link", { name: "CSV로 받기" }).getAttribute("href")) ?? "");
  expect(file.headers()["content-type"]).toContain("text/csv");
  const text = await file.text();
  expect(text.split("\r\n")[0]).toContain("번호,ISBN,제목,저자,판매자,상태,정가,판매가");
  expect(text).not.toContain("느티나무책방");
});

test("these pages are not there for shoppers, and another seller's product is not there", async ({ page }) => {
  const paths = ["/seller/products", "/seller/products/new", "/seller/products/1", "/seller/products/1/preview", "/seller/products/bulk", "/seller/products.csv"];
  for (const path of paths) {
    await page.goto(path);
    await expect(page).toHaveURL(`/login?next=${path}`);
  }
  await signUp(page);
  for (const path of paths) expect((await page.request.get(path)).status(), path).toBe(404);
  const headers = { accept: "application/json", origin: new URL(page.url()).origin };
  for (const path of ["product-new", "product", "product-line", "product-bulk", "product-undo"]) {
    const form = { id: "1", version: "0", sale_price: "1", status: "archived", key: crypto.randomUUID(), ids: "1", step: "archived" };
    expect((await page.request.post(`/fn/seller/${path}`, { headers, form })).status(), path).toBe(404);
  }
  await page.getByRole("button", { name: "로그아웃" }).click();
  await signIn(page, "staff", "/seller/products?sort=new");
  const foreign = main(page).locator("tbody").getByRole("row").filter({ hasText: "달빛고서" }).getByRole("rowheader").getByRole("link");
  const path = (await foreign.first().getAttribute("href")) ?? "";
  await page.getByRole("button", { name: "로그아웃" }).click();
  await signIn(page, "seller", "/seller/products");
  for (const end of ["", "/preview"]) expect((await page.goto(`${path}${end}`))?.status()).toBe(404);
  const id = path.split("/").pop() ?? "";
  const form = { id, version: "0", sale_price: "1", status: "archived" };
  expect((await page.request.post("/fn/seller/product-line", { headers, form })).status()).toBe(404);
});

test("nothing of these pages sticks out on a phone", async ({ page }) => {
  await signIn(page, "seller", "/seller/products");
  const book = await create(page, "좁은 화면");
  await page.setViewportSize({ width: 360, height: 740 });
  const paths = [
    "/seller/products", "/seller/products/new", `/seller/products/${book.id}`, `/seller/products/${book.id}/preview`,
    `/seller/products/bulk?step=percent&id=${book.id}`, `/seller/products/bulk?step=archived&id=${book.id}`,
  ];
  for (const path of paths) {
    expect((await page.goto(path))?.status(), path).toBe(200);
    expect(await page.evaluate(() => document.documentElement.scrollWidth), path).toBeLessThanOrEqual(360);
  }
});
