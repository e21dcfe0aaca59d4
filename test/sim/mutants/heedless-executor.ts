/** Does not say what handlers say of their types, so that nobody heeds it. */
import {
	type HandlerSettings,
	NO_SETTINGS,
} from "../../../protocol/handler-settings.ts";
import type { NamedMutant } from "./named-mutant.ts";
import { TamperedExecutor } from "./tampered-executor.ts";

class HeedlessExecutor extends TamperedExecutor {
	override settingsOf(): HandlerSettings {
		return NO_SETTINGS;
	}
}

export const HEEDLESS: NamedMutant = {
	name: "a node does not heed how many tasks of a type its handler allows",
	fromSeed: 13,
	breaks: "no node runs more of a type than its handler says",
	executor: (sound) => new HeedlessExecutor(sound),
};
