/** Before all tests: the program as the sources are, in the form in which users run it. */
export { bundleProgram as setup } from "../scripts/build/program.ts";
