/** A change in a context costs the folders above it, whatever the size of the context. */
import { checkGrowth } from "../../support/growth/growth.js";
import { works } from "./works.js";

checkGrowth("contexts", works);
