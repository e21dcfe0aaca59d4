/** The fake executor and the real one keep the same promises. */
import { createExecutor } from "../../node/executor/executor.ts";
import { systemClock } from "../../node/world/clock.ts";
import { FakeExecutor } from "../fakes/executor.ts";
import { describeExecutor } from "./executor-suite.ts";
import { RecordedLog } from "./recorded-log.ts";

describeExecutor("the fake executor", async () => {
	const log = new RecordedLog();
	const events = {
		began: ({ id }: { id: string }) => log.info({}, `begun ${id}`),
		killed() {},
	};
	return {
		executor: new FakeExecutor(systemClock, ["scripted"], events),
		begun: (id) => log.has(new RegExp(`^begun ${id}$`)),
	};
});

describeExecutor("the executor over worker threads", async () => {
	const log = new RecordedLog();
	const executor = await createExecutor({
		concurrency: 1_000,
		handlerFiles: ["test/fixtures/handlers/scripted.ts"],
		processTaskMs: 0,
		threads: 1,
		clock: systemClock,
		log,
	});
	return {
		executor,
		begun: (id) => log.has(new RegExp(`^begun ${id}$`)),
	};
});
