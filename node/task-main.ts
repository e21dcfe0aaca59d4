/**
 * The door of a process that runs one task: a small part of the program, since a task
 * waits until it is loaded (70 ms of a core in a bundle; the whole takes 240). The single
 * executable, which is all one, comes here through `main.ts`.
 */
import { runTaskProcess } from "./executor/task-process.ts";
import { systemClock } from "./world/clock.ts";

await runTaskProcess(systemClock);
