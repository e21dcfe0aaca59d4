/** Dark or light: as the system is, unless somebody has chosen. Kept by this browser; the manual follows it. */
import { effect, signal } from "@preact/signals";

const THEMES = ["system", "light", "dark"] as const;
type Theme = (typeof THEMES)[number];

const KEY = "hearsay-theme";

export const theme = signal(kept());

function kept(): Theme {
	const found = localStorage.getItem(KEY);
	return THEMES.find((each) => each === found) ?? "system";
}

/** Changes to the next theme, in a circle. */
export function nextTheme(): void {
	const at = THEMES.indexOf(theme.value);
	const next = THEMES[(at + 1) % THEMES.length] ?? "system";
	theme.value = next;
	if (next === "system") localStorage.removeItem(KEY);
	else localStorage.setItem(KEY, next);
}

export function followTheme(): void {
	effect(() => {
		if (theme.value === "system")
			document.documentElement.removeAttribute("data-theme");
		else document.documentElement.dataset.theme = theme.value;
	});
	addEventListener("storage", ({ key }) => {
		if (key === KEY) theme.value = kept();
	});
}
