/** The mint of access tokens: chance from the system, 32 characters of 62. */
import { TOKEN_CHARS } from "../../protocol/access.ts";
import type { TokenMint } from "../ports.ts";
import { systemSecret } from "./clock.ts";

export const systemMint: TokenMint = {
	mint: (role) => `hs_${role}_${systemSecret(TOKEN_CHARS)}`,
};
