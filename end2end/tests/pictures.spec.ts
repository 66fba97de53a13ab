import { expect, test, type Page } from "@playwright/test";
import { deflateSync } from "node:zlib";

import { elsewhere } from "./desk";
import { fillSignIn, scripted, signUp } from "./shop";

const main = (page: Page) => page.getByRole("main");
const told = (page: Page, sentence: string) => main(page).getByRole("status").filter({ hasText: sentence });
const button = (page: Page, name: string) => main(page).getByRole("button", { name, exact: true });

async function signIn(page: Page, who: "staff" | "seller", next: string) {
  await page.goto(`/login?next=${encodeURIComponent(next)}`);
  await fillSignIn(page, `${who}@madang.example`, `${who}-madang`);
  await expect(page).toHaveURL(next);
}

/** A book that no other test changes: each project, and each test, has its own. */
async function product(page: Page, nth: number) {
  await page.goto("/seller/stock?after=380");
  const links = main(page).locator("tbody th a");
  const href = await links.nth(scripted() ? nth : 10 + nth).getAttribute("href");
  return String(href).replace("/seller/stock/", "");
}

const crc = (bytes: Buffer) => {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
};

function chunk(kind: string, data: Buffer) {
  const out = Buffer.alloc(12 + data.length);
  out.writeUInt32BE(data.length, 0);
  out.write(kind, 4);
  data.copy(out, 8);
  out.writeUInt32BE(crc(out.subarray(4, 8 + data.length)), 8 + data.length);
  return out;
}

/** A PNG of one color; without one, a head that claims its size and holds nothing. */
function png(width: number, height: number, color?: [number, number, number]) {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const row = color ? Buffer.concat([Buffer.from([0]), Buffer.alloc(3 * width, Buffer.from(color))]) : Buffer.alloc(0);
  const rows = color ? Buffer.concat(Array.from({ length: height }, () => row)) : row;
  const signature = Buffer.from("89504e470d0a1a0a", "hex");
  return Buffer.concat([
    signature, chunk("IHDR", head), chunk("IDAT", deflateSync(rows)), chunk("IEND", Buffer.alloc(0)),
  ]);
}

const file = (name: string, buffer: Buffer) => ({ name, mimeType: "image/jpeg", buffer });

async function upload(page: Page, files: ReturnType<typeof file>[]) {
  await page.getByLabel("사진 파일").setInputFiles(files);
  await button(page, "올리기").click();
}

/** What is said of each picture on the page of who looks after them, in order. */
async function expectAlts(page: Page, alts: string[]) {
  const inputs = main(page).locator("ol.pictures input[name=alt]");
  await expect(inputs).toHaveCount(alts.length);
  for (const [at, alt] of alts.entries()) await expect(inputs.nth(at)).toHaveValue(alt);
}

/** The paths of the products whose stock is listed. */
const listed = (page: Page) =>
  main(page).locator("tbody th a").evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).pathname));

test("a seller uploads pictures; what is none is told and keeps no other out", async ({ page }) => {
  await signIn(page, "seller", "/seller/stock");
  const id = await product(page, 0);
  const path = `/seller/products/${id}/pictures`;
  await page.goto(`/products/${id}`);
  await expect(main(page).locator(".product > img.cover")).toHaveAttribute("src", `/covers/${id}.svg`);
  await page.goto(path);
  await expect(main(page)).toContainText("아직 사진이 없습니다.");
  const front = png(900, 600, [190, 40, 40]);
  await upload(page, [
    file("앞표지.png", front),
    file("사진.jpg", Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>")),
    file("거대.png", png(20_000, 10_000)),
    file("잘림.png", front.subarray(0, front.length / 2)),
    file("빈.jpg", Buffer.alloc(0)),
    file("뒤표지.png", png(500, 700, [40, 60, 190])),
    file("앞표지 사본.png", front),
  ]);
  await expect(page).toHaveURL(`${path}?added=2`);
  await expect(told(page, "사진 2장을 올렸습니다.")).toBeVisible();
  const refused = main(page).getByRole("alert").getByRole("listitem");
  await expect(refused).toHaveText([
    /^사진\.jpg: 사진이 아닙니다/,
    /^거대\.png: 40메가픽셀보다 큽니다/,
    /^잘림\.png: 끝까지 읽을 수 없습니다/,
    /^빈\.jpg: 빈 파일입니다/,
    /^앞표지 사본\.png: 이 상품에 이미 있는 사진입니다/,
  ]);
  // Told once.
  await page.goto(path);
  await expect(refused).toHaveCount(0);

  await main(page).getByLabel("1번 사진에 보이는 것").fill("붉은 앞표지");
  await button(page, "저장").first().click();
  await expect(told(page, "저장했습니다.")).toBeVisible();
  await page.goto(`/products/${id}`);
  const large = main(page).getByRole("img", { name: "붉은 앞표지" });
  await expect(large).toBeVisible();
  await expect.poll(() => large.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
  const shown = await large.getAttribute("src");
  const answer = await page.request.get(String(shown));
  expect(answer.headers()["content-type"]).toBe("image/webp");
  expect(answer.headers()["cache-control"]).toContain("immutable");
  expect(await page.locator("script[type='application/ld+json']").textContent()).toContain("/pictures/");
  // The others lead to themselves, large.
  const other = main(page).locator(".gallery li a");
  await expect(other).toHaveCount(1);
  expect((await page.request.get(String(await other.getAttribute("href")))).status()).toBe(200);
});

test("the first picture stands for the book, and a removed one comes back", async ({ page }) => {
  await signIn(page, "seller", "/seller/stock");
  const id = await product(page, 1);
  const path = `/seller/products/${id}/pictures`;
  await page.goto(`/products/${id}`);
  const title = await main(page).getByRole("heading", { level: 1 }).innerText();
  await page.goto(path);
  await upload(page, [
    file("1.png", png(640, 400, [20, 120, 60])),
    file("2.png", png(640, 400, [200, 120, 60])),
    file("3.png", png(640, 400, [20, 20, 60])),
  ]);
  await expect(told(page, "사진 3장을 올렸습니다.")).toBeVisible();
  for (const [at, alt] of ["하나", "둘", "셋"].entries()) {
    await page.goto(path);
    await main(page).getByLabel(`${at + 1}번 사진에 보이는 것`).fill(alt);
    await button(page, "저장").nth(at).click();
    await expect(told(page, "저장했습니다.")).toBeVisible();
  }
  await button(page, "3번 사진 맨 앞으로").click();
  await expectAlts(page, ["셋", "하나", "둘"]);
  await button(page, "2번 사진 뒤로").click();
  await expectAlts(page, ["셋", "둘", "하나"]);
  await button(page, "3번 사진 앞으로").click();
  await expectAlts(page, ["셋", "하나", "둘"]);

  const inListing = async () => {
    await page.goto(`/search?q=${encodeURIComponent(title)}`);
    return main(page).locator(`a[href="/products/${id}"] img`).getAttribute("src");
  };
  const before = await inListing();
  expect(before).toMatch(/^\/pictures\/[0-9a-f-]{36}-300\.webp$/);
  await page.goto(path);
  await button(page, "1번 사진 삭제").click();
  await expectAlts(page, ["하나", "둘"]);
  const after = await inListing();
  expect(after).toMatch(/^\/pictures\//);
  expect(after, "no browser keeps showing the old one").not.toBe(before);
  await page.goto(path);
  await button(page, "되돌리기").click();
  await expectAlts(page, ["셋", "하나", "둘"]);

  await main(page).getByLabel("1번 사진에 보이는 것").fill("🙂");
  await button(page, "저장").first().click();
  await expect(main(page).getByLabel("1번 사진에 보이는 것")).toHaveValue("🙂");
  await expect(main(page).getByRole("alert")).toBeVisible();

  await page.setViewportSize({ width: 360, height: 740 });
  for (const open of [path, `/products/${id}`]) {
    await page.goto(open);
    expect(await page.evaluate(() => document.documentElement.scrollWidth), open).toBeLessThanOrEqual(360);
  }
});

test("pictures are for who runs the product alone", async ({ page, browser }) => {
  await signIn(page, "staff", "/seller/stock");
  const all = await listed(page);
  const seller = await elsewhere(browser, page);
  await signIn(seller, "seller", "/seller/stock");
  const own = await listed(seller);
  const foreign = String(all.find((path) => !own.includes(path))).replace("/seller/stock/", "/seller/products/");
  const send = (as: Page) =>
    as.request.post(`${foreign}/pictures/upload`, {
      headers: { accept: "text/html" },
      multipart: { file: file("a.png", png(30, 30, [1, 2, 3])) },
      maxRedirects: 0,
    });
  const stranger = await elsewhere(browser, page);
  expect((await send(stranger)).headers().location).toMatch(/^\/login/);
  await signUp(stranger);
  for (const other of [seller, stranger]) {
    await send(other);
    expect((await other.request.get(`${foreign}/pictures`)).status()).toBe(404);
  }
  await page.goto(`${foreign}/pictures`);
  await expect(main(page)).toContainText("아직 사진이 없습니다.");
});
