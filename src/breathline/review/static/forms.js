// Corrections as they are written down, sent and listed. Nothing a person wrote is ever taken for markup.
const one = (selector) => document.querySelector(selector);

export class Forms {
  constructor({ state, say, tell }) {
    Object.assign(this, { say, tell });
    this.dialog = one("#form");
    this.form = this.dialog.querySelector("form");
    this.form.addEventListener("submit", (event) => this.submit(event));
    one("#form-cancel").addEventListener("click", () => this.dialog.close());
    one("#copy").addEventListener("click", async () => {
      await navigator.clipboard?.writeText(one("#command").textContent).catch(() => {});
      tell(say("copied"));
    });
    for (const button of document.querySelectorAll("[data-mark]")) {
      button.addEventListener("click", () =>
        this.ask(button.getAttribute("aria-label"), { kind: "not_measurable", scan: Number(button.dataset.mark) }),
      );
    }
    for (const button of document.querySelectorAll("[data-value]")) {
      button.addEventListener("click", () => {
        const content = { kind: "value", value_number: Number(button.dataset.value) };
        this.ask(button.getAttribute("aria-label"), content, button.dataset.unit, button.dataset.plain);
      });
    }
    this.list(state.log);
    setInterval(() => this.refresh(), 20000);
  }

  ask(title, content, unit = "", plain = "") {
    this.content = content;
    one("#form-title").textContent = title;
    one("#form-region").hidden = content.kind !== "not_measurable";
    one("#form-value").hidden = content.kind !== "value";
    one("#form-unit").textContent = unit;
    one("#form-told").textContent = "";
    const fields = this.form.elements;
    fields.value.value = plain;
    fields.absence.value = "";
    fields.reason.value = "";
    fields.who.value ||= sessionStorage.getItem("who") ?? "";
    this.dialog.showModal();
    return new Promise((resolve) => {
      this.done = resolve;
      this.dialog.addEventListener("close", () => resolve(null), { once: true });
    });
  }

  async submit(event) {
    event.preventDefault();
    const fields = this.form.elements;
    const content = { ...this.content };
    if (content.kind === "not_measurable") content.region = fields.region.value;
    if (content.kind === "value") content.after = fields.absence.value || readNumber(fields.value.value);
    const found = await this.send({ ...content, who: fields.who.value, reason: fields.reason.value });
    if (!found.number) {
      one("#form-told").textContent = `${this.say("not_saved")} ${found.message}`;
      return;
    }
    sessionStorage.setItem("who", fields.who.value);
    this.done(found);
    this.dialog.close();
    this.tell(this.say("saved", { number: found.number }));
  }

  async send(content) {
    try {
      const response = await fetch("/api/corrections", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ ...content, seen: this.seen }),
      });
      const found = await response.json();
      if (found.log) this.list(found.log);
      return found;
    } catch {
      return { message: this.say("server_gone") };
    }
  }

  async refresh() {
    try {
      const response = await fetch("/api/log");
      const log = await response.json();
      if (response.ok && log.length > this.length) {
        this.list(log);
        this.tell(this.say("other_reviewer"));
      }
    } catch {
      this.tell(this.say("server_gone"));
    }
  }

  list(log) {
    this.length = log.length;
    this.seen = Math.max(0, ...log.map((entry) => entry.number));
    one("#count").textContent = log.length ? String(log.length) : "";
    one("#nothing").hidden = log.length > 0;
    one("#reassess").hidden = log.length === 0;
    const against = log.filter((entry) => entry.standing === "conflict").length;
    one("#conflict").hidden = against === 0;
    one("#conflict").textContent = against ? this.say("conflict", { count: against }) : "";
    one("#log").replaceChildren(...log.map((entry) => this.entry(entry)));
  }

  entry(entry) {
    const item = document.createElement("li");
    item.className = entry.standing;
    item.dataset.number = entry.number;
    const standing = line("div", "standing", entry.standing_word);
    if (entry.open) {
      const button = line("button", "", document.querySelector("#log").dataset.withdraw);
      button.type = "button";
      button.setAttribute("aria-label", this.say("withdraw_title", { number: entry.number }));
      button.addEventListener("click", () =>
        this.ask(button.getAttribute("aria-label"), { kind: "withdrawal", number: entry.number }),
      );
      standing.append(button);
    }
    const who = `${entry.number} · ${entry.who} · ${entry.said_at.replace("T", " ").replace("+00:00", " UTC")}`;
    item.append(line("div", "what", entry.what), line("div", "reason", entry.reason), line("small", "", who), standing);
    return item;
  }
}

function line(tag, kind, text) {
  const found = document.createElement(tag);
  if (kind) found.className = kind;
  found.dir = "auto";
  found.textContent = text;
  return found;
}

// A comma is a decimal sign in most of the world; anything else that is no number is refused by the server.
function readNumber(text) {
  const plain = text.trim().replace(",", ".").replace("−", "-");
  return plain && Number.isFinite(Number(plain)) ? Number(plain) : text;
}
