import { expect, test, type Page } from "@playwright/test";

import { fillSignIn, fits, signUp } from "./shop";

const main = (page: Page) => page.getByRole("main");

async function signIn(page: Page, who: "staff" | "seller", next: string) {
  await page.goto(`/login?next=${encodeURIComponent(next)}`);
  await fillSignIn(page, `${who}@madang.example`, `${who}-madang`);
  await expect(page).toHaveURL(next);
}

/** An ISBN that no other test has. */
function isbn() {
  const number = 50_000_000 + Math.floor(Math.random() * 49_000_000);
  const digits = `9797${number}`;
  const sum = [...digits].reduce((sum, digit, at) => sum + Number(digit) * (at % 2 ? 3 : 1), 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}

/** Sends a file from the page that takes them. */
async function send(page: Page, name: string, content: string | Buffer) {
  await page.goto("/seller/products/import");
  const buffer = Buffer.from(content as string);
  await page.getByLabel("CSV 파일").setInputFiles({ name, mimeType: "text/csv", buffer });
  await page.getByRole("button", { name: "올려서 검사하기" }).click();
  await expect(page).toHaveURL(/\/seller\/products\/imports\/[0-9a-f-]{36}$/);
  await expect(page.getByRole("heading", { level: 1 })).toContainText(name);
}

const state = (page: Page) => page.getByTestId("state");
/** The page looks again by itself until its work is done. */
const becomes = (page: Page, word: string) => expect(state(page)).toHaveText(word, { timeout: 15_000 });

test("a file with flaws is told row by row, and once mended it is applied whole", async ({ page }) => {
  const title = `봄 소풍 ${Date.now()}`;
  const [first, second] = [isbn(), isbn()];
  await signIn(page, "seller", "/seller/products/import");
  await fits(page);

  await send(page, "봄.csv", `isbn,제목,저자,분야,정가,판매가\n${first},${title} 하나,김마당,시,만원,\n${first},${title} 둘,,시,9000,9900\n`);
  await becomes(page, "검사 끝남");
  await expect(main(page).getByRole("alert")).toContainText("2행을 고쳐야 합니다. 아무것도 반영하지 않았습니다.");
  const wrong = main(page).getByRole("region", { name: "고칠 행" }).locator("tbody").getByRole("row");
  await expect(wrong).toHaveCount(4);
  await expect(wrong.nth(0)).toContainText(/2.*list_price.*만원.*숫자로 입력해 주세요/);
  await expect(wrong.nth(1)).toContainText(/3.*isbn.*2번째 줄에 같은 상품이 있습니다/);
  await expect(wrong.nth(2)).toContainText(/3.*author.*입력해 주세요/);
  await expect(wrong.nth(3)).toContainText(/3.*sale_price.*9900.*판매가가 정가보다 높습니다/);
  await expect(main(page).getByRole("button", { name: /반영$/ })).toHaveCount(0);
  await fits(page);
  const errors = await page.request.get(`${page.url()}/errors.csv`);
  expect(await errors.text()).toContain("판매가가 정가보다 높습니다.");
  await main(page).getByRole("button", { name: "다시 검사하기" }).click();
  await becomes(page, "검사 끝남");
  await expect(wrong).toHaveCount(4);

  const rows = [`${first},"=${title} 하나",김마당,시,10000,9000,20,"첫 줄\n둘째 줄"`, `${second},${title} 둘,이마당,시,9000,,0,`];
  await send(page, "봄 2.csv", `isbn,제목,저자,분야,정가,판매가,재고,설명,색깔\n${rows.join("\n")}\n`);
  await becomes(page, "검사 끝남");
  await expect(main(page)).toContainText("모르는 열은 읽지 않았습니다: 색깔");
  await expect(page.getByTestId("added")).toHaveText("2");
  await fits(page);
  await main(page).getByRole("button", { name: "2개 상품 반영" }).click();
  await becomes(page, "반영함");
  await expect(main(page).getByRole("status")).toContainText("2개 상품을 반영했습니다.");

  // What goes out comes in again, and changes nothing; its formula is harmless.
  const out = await page.request.get(`/seller/products/export.csv?q=${encodeURIComponent(title)}`);
  const text = await out.text();
  expect(text).toContain(`'=${title} 하나`);
  expect(text).toContain(`${title} 둘`);
  await send(page, "다시.csv", text);
  await becomes(page, "검사 끝남");
  await expect(page.getByTestId("unchanged")).toHaveText("2");
  await expect(main(page).getByRole("status")).toContainText("바뀌는 것이 없습니다.");

  // Found by its ISBN, a product changes in the cells that are there, and in no other.
  await send(page, "값.csv", `isbn;sale_price\n${first};8,500원\n`);
  await becomes(page, "검사 끝남");
  await main(page).getByRole("button", { name: "1개 상품 반영" }).click();
  await becomes(page, "반영함");
  const now = await (await page.request.get(`/seller/products/export.csv?q=${first}`)).text();
  expect(now).toContain(",10000,8500,draft,");

  await page.goto("/seller/products/imports");
  const files = main(page).locator("tbody").getByRole("row");
  await expect(files.filter({ hasText: "값.csv" }).first()).toContainText(/반영함.*이서점/);
  await expect(files.filter({ hasText: "봄.csv" }).first()).toContainText("검사 끝남");
  await fits(page);
});

test("the example that can be downloaded is a file that can be sent", async ({ page }) => {
  await signIn(page, "seller", "/seller/products/import");
  const example = await page.request.get("/seller/products/import/example.csv");
  expect(example.headers()["content-disposition"]).toContain("products-example.csv");
  await send(page, "예시.csv", await example.text());
  await becomes(page, "검사 끝남");
  await expect(page.getByTestId("wrong")).toHaveText("0");
  await expect(page.getByTestId("added")).toHaveText("2");
});

test("what is no table is told, in whatever way", async ({ page }) => {
  await signIn(page, "seller", "/seller/products/import");
  const files: [string, string | Buffer, string][] = [
    ["그림.csv", Buffer.from("89504e470d0a1a0a0000000dffff", "hex"), "글자로 읽을 수 없는 파일입니다."],
    ["머리글 없음.csv", "1,2\n3,4\n", "꼭 있어야 하는 열이 없습니다."],
    ["빈 표.csv", "isbn,title\n", "파일에 머리글 아래 행이 없습니다."],
    ["따옴표.csv", 'isbn,title\n1,"a\n2,b\n', "따옴표가 닫히지 않은 채 파일이 끝납니다."],
    ["넓은 표.csv", "isbn,".repeat(1_000_000), "너무 긴 행이 있습니다."],
  ];
  for (const [name, content, sentence] of files) {
    await send(page, name, content);
    await becomes(page, "읽을 수 없음");
    await expect(main(page).getByRole("alert")).toContainText(sentence);
  }
  // Nothing chosen: only a browser that does not look would send that.
  const origin = new URL(page.url()).origin;
  const head = 'Content-Disposition: form-data; name="sheet"; filename=""\r\nContent-Type: application/octet-stream';
  const headers = { origin, "content-type": "multipart/form-data; boundary=part" };
  const data = `--part\r\n${head}\r\n\r\n\r\n--part--\r\n`;
  // Sent on to the page, which tells it once.
  const answer = await page.request.post("/seller/products/import/file", { headers, data });
  expect(await answer.text()).toContain("CSV 파일: 입력해 주세요.");
});

test("a seller's file touches nobody else's products, and is nobody else's to see", async ({ page }) => {
  await signIn(page, "staff", "/seller/products/import");
  const all = (await (await page.request.get("/seller/products/export.csv")).text()).trim().split(/\r\n(?=\d)/);
  expect(all[0]).toContain("id,seller,isbn");
  const other = all.slice(1).map((row) => row.split(",")).find(([, seller]) => seller === "2");
  await send(page, "운영.csv", `id,title\n${other?.[0]},${crypto.randomUUID()}\n`);
  await becomes(page, "검사 끝남");
  await expect(page.getByTestId("changed")).toHaveText("1");
  const theirs = new URL(page.url()).pathname;
  await page.getByRole("button", { name: "로그아웃" }).click();

  await signIn(page, "seller", "/seller/products/import");
  expect((await page.goto(theirs))?.status()).toBe(404);
  expect((await page.request.get(`${theirs}/errors.csv`)).status()).toBe(404);
  expect(await (await page.request.get("/seller/products/export.csv")).text()).not.toContain("seller");
  await send(page, "남의 책.csv", `id,isbn,title\n${other?.[0]},,가로챔\n,${other?.[2]},가로챔\n`);
  await becomes(page, "검사 끝남");
  await expect(main(page).getByRole("alert")).toContainText("2행을 고쳐야 합니다.");
  await expect(main(page)).toContainText("찾을 수 없습니다.");
  await expect(main(page)).toContainText("다른 상품이 쓰는 ISBN입니다.");
});

test("files of products are not there for a shopper, and ask a guest to sign in", async ({ page }) => {
  const pages = ["/seller/products/import", "/seller/products/imports"];
  const files = ["/seller/products/import/example.csv", "/seller/products/export.csv"];
  for (const path of pages) {
    await page.goto(path);
    await expect(page).toHaveURL(`/login?next=${encodeURIComponent(path)}`.replaceAll("%2F", "/"));
  }
  for (const path of files) expect((await page.request.get(path)).status(), path).toBe(401);
  await signUp(page);
  for (const path of [...pages, ...files]) expect((await page.request.get(path)).status(), path).toBe(404);
  const origin = new URL(page.url()).origin;
  const multipart = { sheet: { name: "a.csv", mimeType: "text/csv", buffer: Buffer.from("id\n1\n") } };
  const sent = await page.request.post("/seller/products/import/file", { headers: { origin }, multipart });
  expect(sent.status()).toBe(404);
});
