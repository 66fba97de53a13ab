import { defineConfig, devices } from "@playwright/test";

const address = "127.0.0.1:8931";
const url = `http://${address}`;

/** Stands in for payment gateway, carrier and data platform. */
const sandboxAddress = "127.0.0.1:8933";
export const sandbox = `http://${sandboxAddress}`;
const gatewaySecret = "test_sk_end2end";
export const carrierSecret = "whsec_bWFkYW5nLWVuZDJlbmQtY2Fycmllci1zZWNyZXQ=";

/** Specs about what only scripts do, and about what must work without them. */
const scriptsOnly = ["**/documents.spec.ts", "**/islands.spec.ts", "**/security.spec.ts"];
const plainOnly = "**/plain.spec.ts";

export default defineConfig({
  testDir: "tests",
  outputDir: "test-results",
  fullyParallel: true,
  forbidOnly: !!process.env.CI,
  timeout: 60_000,
  // A machine under load may lose a tap; what fails twice is wrong.
  retries: process.env.CI ? 1 : 0,
  workers: 2,
  use: {
    ...devices["Desktop Chrome"],
    baseURL: url,
    locale: "ko-KR",
    timezoneId: "Asia/Seoul",
    viewport: { width: 1280, height: 800 },
    // A page that goes on by itself may swallow a navigation at the same moment; whoever waits tries again.
    navigationTimeout: 15_000,
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  projects: [
    { name: "scripts on", testIgnore: plainOnly },
    { name: "scripts off", testIgnore: scriptsOnly, use: { javaScriptEnabled: false } },
    {
      name: "phone",
      testMatch: ["trip", "islands", "coupon", "life", "payment", "cards", "tokens", "webhooks"].map(
        (spec) => `**/${spec}.spec.ts`,
      ),
      use: { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true },
    },
  ],
  webServer: [
    {
      command: 'exec "${SANDBOX_BIN:-../target/debug/sandbox}"',
      url: sandbox,
      env: {
        SANDBOX_ADDR: sandboxAddress,
        SANDBOX_SHOP_URL: url,
        SANDBOX_GATEWAY_SECRET: gatewaySecret,
        SANDBOX_CARRIER_SECRET: carrierSecret,
        // Parcels stay where they are: people, and signed messages, move them.
        SANDBOX_PACE: "86400",
      },
      reuseExistingServer: false,
      gracefulShutdown: { signal: "SIGTERM", timeout: 5_000 },
    },
    {
      command: 'exec "${MADANG_BIN:-../target/debug/madang}" serve --demo',
      url,
      env: {
        MADANG_ADDR: address,
        MADANG_SITE_ROOT: process.env.MADANG_SITE_ROOT || "../target/site",
        // Without DATABASE_URL the server keeps a database of its own in here.
        MADANG_DATA_DIR: process.env.MADANG_DATA_DIR || "../target/end2end-data",
        // Sellers accept by hand: MADANG_ACCEPT_AFTER is not set.
        MADANG_GATEWAY_URL: sandbox,
        MADANG_GATEWAY_SECRET: gatewaySecret,
        MADANG_CARRIER_URL: `${sandbox}/carrier`,
        MADANG_CARRIER_SECRET: carrierSecret,
        MADANG_PLATFORM_URL: `${sandbox}/platform/events`,
        // Receivers of sellers stand on this machine.
        MADANG_WEBHOOK_PRIVATE: "true",
      },
      reuseExistingServer: false,
      timeout: 120_000,
      gracefulShutdown: { signal: "SIGTERM", timeout: 20_000 },
    },
  ],
});
