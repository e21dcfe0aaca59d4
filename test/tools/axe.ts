/** Looks for what keeps people from using a page. */
import axe from "axe-core";

/** To be run in a page, which then has `axe`. */
export const axeSource: string = axe.source;
