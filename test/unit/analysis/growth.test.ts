/** Twice the instructions are twice the work, also when everything in them rebuilds. */
import { checkGrowth } from "../../support/growth/growth.js";
import { works } from "./works.js";

checkGrowth("analysing", works);
