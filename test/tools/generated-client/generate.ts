/**
 * Types for a client, made of a description of the API as a user makes them:
 *
 *   node generate.ts DESCRIPTION TYPES
 */
import { readFileSync, writeFileSync } from "node:fs";
import openapiTS, { astToString } from "openapi-typescript";

const [description = "", types = ""] = process.argv.slice(2);
const ast = await openapiTS(readFileSync(description, "utf8"));
writeFileSync(types, astToString(ast));
