// A browser for a test in Go: one JSON command a line on stdin, one answer a line on
// stdout. Every wait is for a condition, within the given time.
"use strict";
const readline = require("node:readline");
const { chromium } = require("playwright-core");
const axe = require("axe-core");

const complaints = [];

async function main() {
  const browser = await chromium.launch({ executablePath: process.argv[2], args: ["--no-sandbox"] });
  const context = await browser.newContext({ locale: "fr-FR", viewport: { width: 1180, height: 860 }, colorScheme: process.argv[3] || "light" });
  const page = await context.newPage();
  page.setDefaultTimeout(90_000); // as patience of the tests
  // A policy that forbids something is a complaint too, and so is an error of a script;
  // that a request was refused is what some tests want.
  page.on("console", (m) => { if (m.type() === "error" && !/status of 4/.test(m.text())) complaints.push(m.text()); });
  page.on("pageerror", (e) => complaints.push(String(e)));

  const acts = {
    go: ({ url }) => page.goto(url),
    reload: () => page.reload(),
    fill: ({ at, text }) => page.locator(at).fill(text),
    choose: ({ at, text }) => page.locator(at).selectOption(text),
    click: ({ at }) => page.locator(at).click(),
    focus: ({ at }) => page.locator(at).focus(),
    press: ({ text }) => page.keyboard.press(text),
    see: ({ at, text }) => page.locator(at).filter({ hasText: text }).first().waitFor(),
    gone: ({ at }) => page.locator(at).waitFor({ state: "detached" }),
    read: ({ at }) => page.locator(at).first().innerText(),
    value: ({ at }) => page.locator(at).inputValue(),
    heard: ({ at }) => page.waitForFunction((at) => {
      const sound = document.querySelector(at);
      return sound && !sound.error && sound.currentTime > 0.5 && String(sound.duration);
    }, at).then((h) => h.jsonValue()),
    focused: () => page.evaluate(() => document.activeElement?.id ?? ""),
    shot: ({ url }) => page.screenshot({ path: url, fullPage: true }).then(() => ""),
    cookies: async () => JSON.stringify(await page.evaluate(() => document.cookie)),
    card: ({ url }) => page.evaluate(async (u) => (await fetch(u)).text(), url),
    complaints: () => complaints.join("\n"),
    axe: async () => {
      await page.evaluate(axe.source); // by the debugger: the page's own policy lets no script in
      const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
      return found.violations.map((v) => `${v.id}: ${v.help}: ${v.nodes.map((n) => n.html).join(" ")}`).join("\n");
    },
  };
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const command = JSON.parse(line);
    let answer;
    try {
      const said = await acts[command.do](command);
      answer = { said: typeof said === "string" ? said : "" };
    } catch (e) {
      const body = await page.locator("body").innerText().catch(() => "");
      answer = { error: `${e}\nThe page says:\n${body}` };
    }
    process.stdout.write(JSON.stringify(answer) + "\n");
  }
  await browser.close();
}

main().catch((e) => {
  process.stderr.write(`${e.stack}\n`);
  process.exit(1);
});
