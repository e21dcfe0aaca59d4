/**
 * The manual's search over titles, buttons that copy examples, and the colours that somebody has
 * chosen on the dashboard. The pages are whole without it: the contents that it searches stand on
 * each of them.
 */

/** As dashboard/state/theme.ts keeps it. */
const THEME = "hearsay-theme";

function followTheme() {
	const kept = localStorage.getItem(THEME) ?? "";
	if (["light", "dark"].includes(kept))
		document.documentElement.dataset.theme = kept;
	else delete document.documentElement.dataset.theme;
}

followTheme();
addEventListener("storage", ({ key }) => {
	if (key === THEME) followTheme();
});

const contents = /** @type {HTMLElement} */ (
	document.querySelector(".contents")
);
const details = /** @type {HTMLDetailsElement} */ (
	contents.querySelector("details")
);
const box = /** @type {HTMLElement} */ (contents.querySelector(".search"));
const input = /** @type {HTMLInputElement} */ (box.querySelector("input"));
const status = /** @type {HTMLElement} */ (box.querySelector("[role=status]"));
/** How long a button says that it has copied. */
const SAID_MS = 2_000;

/** Whether each of the words is in the text. @param {string} text @param {string[]} words */
function has(text, words) {
	const lower = text.toLowerCase();
	return words.every((word) => lower.includes(word));
}

/** The link of an item, without the items below it. @param {Element} item */
const linkOf = (item) =>
	/** @type {HTMLAnchorElement} */ (item.querySelector("a"));

/**
 * Shows the titles that have all the words, each below its chapter. A word may also be
 * one of the chapter's title: "tasks id" finds "The same id …" in "Tasks".
 */
function search() {
	const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
	contents.classList.toggle("searching", words.length > 0);
	let found = 0;
	for (const chapter of contents.querySelectorAll("details > ul > li")) {
		const title = linkOf(chapter).textContent;
		const isNamed = has(title, words);
		let below = 0;
		for (const item of chapter.querySelectorAll("li")) {
			const text = linkOf(item).textContent;
			const fits =
				has(`${title} ${text}`, words) && (!isNamed || has(text, words));
			item.hidden = !fits && words.length > 0;
			if (fits) below += 1;
		}
		chapter.toggleAttribute("hidden", !isNamed && below === 0);
		found += below + (isNamed ? 1 : 0);
	}
	status.textContent =
		words.length > 0 && found === 0 ? "No title has these words." : "";
}

/** The first that is shown and fits; its chapter only if that fits itself. */
function firstFound() {
	const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
	const links = [...contents.querySelectorAll("li a")];
	return links.find(
		(link) => !link.closest("[hidden]") && has(link.textContent ?? "", words),
	);
}

input.addEventListener("input", search);
input.addEventListener("keydown", (event) => {
	if (event.key === "Enter" && input.value.trim() !== "") {
		const first = firstFound();
		if (first instanceof HTMLAnchorElement) first.click();
	}
	if (event.key === "Escape") {
		input.value = "";
		search();
		input.blur();
	}
});
addEventListener("keydown", (event) => {
	const isTyping = event.target instanceof HTMLInputElement;
	const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
	if (event.key !== "/" || isTyping || !isPlain) return;
	event.preventDefault();
	details.open = true;
	input.focus();
});
// On a narrow screen the contents lie above the text that was chosen in them.
contents.addEventListener("click", ({ target }) => {
	if (target instanceof HTMLAnchorElement) details.open = false;
});

/** @param {HTMLElement} example */
function addCopyButton(example) {
	const button = document.createElement("button");
	button.type = "button";
	button.textContent = "Copy";
	button.addEventListener("click", async () => {
		await navigator.clipboard.writeText(example.textContent ?? "");
		button.textContent = "Copied";
		setTimeout(() => {
			button.textContent = "Copy";
		}, SAID_MS);
	});
	const frame = document.createElement("div");
	frame.className = "example";
	example.replaceWith(frame);
	frame.append(example, button);
}

// Browsers have a clipboard only where nobody listens in.
if (navigator.clipboard) {
	const examples = document.querySelectorAll("pre:not([data-language=text])");
	for (const example of examples) {
		addCopyButton(/** @type {HTMLElement} */ (example));
	}
}
box.hidden = false;
// A browser keeps what was typed when one comes back to a page.
search();
