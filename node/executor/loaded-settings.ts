/**
 * Checks what handlers say besides their code, as a worker has found it in their files;
 * the result is by type.
 */
import {
	type HandlerSettings,
	readSettings,
} from "../../protocol/handler-settings.ts";
import type { SaidSettings } from "./messages.ts";

export type SettingsByType = ReadonlyMap<string, HandlerSettings>;

/**
 * The settings, or one sentence that names the file, the type and the field that is
 * wrong.
 */
export function readLoaded(
	all: readonly SaidSettings[],
): SettingsByType | string {
	const settings = new Map<string, HandlerSettings>();
	for (const { file, type, said } of all) {
		const read = readSettings(said);
		if (!read.ok)
			return `handler file ${file} did not load: ${type}${read.flaw}`;
		settings.set(type, read.settings);
	}
	return settings;
}
