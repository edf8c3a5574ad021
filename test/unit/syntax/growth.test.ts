/** Twice the text is twice the work for the parser, whatever the text is made of. */
import { checkGrowth } from "../../support/growth/growth.js";
import { works } from "./works.js";

checkGrowth("parsing", works);
