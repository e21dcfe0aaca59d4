/** Where what an answer tells of is found, if it tells of many. */
import { Type } from "typebox";

export const links = Type.Object(
	{ task: Type.String() },
	{ description: "where each task is read: its id in the place of `{id}`" },
);
