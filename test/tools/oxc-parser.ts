/** Parses TypeScript, for the rules of the house. */
export {
	type Comment,
	type EcmaScriptModule,
	parseSync,
	visitorKeys,
} from "oxc-parser";
