/** The fake and the real executor keep the same promises. */
import { createExecutor } from "../../node/executor/executor.ts";
import { systemClock } from "../../node/world/clock.ts";
import { systemLog } from "../../node/world/log.ts";
import { FakeExecutor } from "../fakes/executor.ts";
import { describeExecutor } from "./executor-suite.ts";

describeExecutor(
	"the fake executor",
	async () => new FakeExecutor(systemClock, ["scripted"], () => {}),
);

describeExecutor("the executor over worker threads", () =>
	createExecutor({
		concurrency: 1_000,
		handlerFiles: ["test/fixtures/handlers/scripted.ts"],
		processTaskMs: 0,
		threads: 1,
		clock: systemClock,
		log: systemLog("silent", {}),
	}),
);
