/** Which page an address means. */

interface WithPath {
	readonly path: string;
}

/**
 * The page of a path, and what of it the page has to make sense of. Where none fits, the page
 * of the path's beginning is meant, or the first.
 */
export function pageAt<P extends WithPath>(
	pages: readonly P[],
	path: string,
): { readonly page: P; readonly rest: string } {
	const whole = pages.find((page) => page.path === path);
	if (whole !== undefined) return { page: whole, rest: "" };
	const [, first = path, rest = ""] = /^([^/]*)\/(.*)$/s.exec(path) ?? [];
	const page =
		pages.find((each) => each.path === `${first}/*` && rest !== "") ??
		pages.find((each) => each.path === first) ??
		pages.find((each) => each.path === "");
	if (page === undefined) throw new Error("no page has an empty path");
	return { page, rest };
}
