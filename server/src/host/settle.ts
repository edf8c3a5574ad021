/**
 * Answers what an analysis lacks, until it lacks nothing. The one place where anything waits for the
 * disk, git or a store: the editor, the command line, baselines and tests go through it.
 */
import { type Cancellation, type Known, unknown } from "../core/host.js";
import {
  type AnswerTo,
  type Need,
  type NeedKind,
  type NeedOf,
  needKey,
} from "../core/world/facts.js";
import { type Answered, answered, retained, type World } from "../core/world/world.js";

/**
 * Finds out about one need. It never fails: what cannot be had is unknown. `pending` is for what was
 * cancelled.
 */
export type Supplier<K extends NeedKind> = (
  need: NeedOf<K>,
  cancel: Cancellation,
) => Promise<Known<AnswerTo<K>>>;

export type Suppliers = { readonly [K in NeedKind]: Supplier<K> };

/** The world as it is known now, for all builds of a process. */
export interface Pool {
  readonly world: World;
  /** What somebody else found out: a watcher, a store, a setting. */
  update(change: (world: World) => World): void;
  /**
   * Asks for each need that nobody is asking for already, and waits for all of them. Gives the keys
   * of those that were given up or overtaken by an event: they have no answer, and may be asked for
   * again.
   */
  supply(needs: readonly Need[], cancel: Cancellation): Promise<ReadonlySet<string>>;
  /** The same, whatever is known: the answers so far stay until the next are there. */
  renew(needs: readonly Need[], cancel: Cancellation): Promise<ReadonlySet<string>>;
  /** Forgets what none of these needs asks for. */
  retain(needs: Iterable<Need>): void;
}

/** One need that is being asked for. */
interface Flight {
  /** Those who want it; it is given up when none of them does any more. */
  readonly wanters: Set<Cancellation>;
  done: Promise<boolean>;
  /** True when its answer would be of a state that is gone. */
  isOvertaken: boolean;
  /** Once it was given up, it stays so: who comes later asks anew. */
  isGivenUp: boolean;
}

export function createPool(suppliers: Suppliers, start: World): Pool {
  let world = start;
  const flights = new Map<string, Flight>();

  const launch = (key: string, need: Need, cancel: Cancellation): Flight => {
    const wanters = new Set([cancel]);
    const done = Promise.resolve(false);
    const flight: Flight = { wanters, done, isOvertaken: false, isGivenUp: false };
    // A supplier may look at once whether it is still wanted.
    flight.done = ask(suppliers, need, {
      get isCancelled() {
        flight.isGivenUp ||= !isWanted(wanters);
        return flight.isGivenUp;
      },
    }).then((answer) => {
      if (flights.get(key) === flight) flights.delete(key);
      if (flight.isOvertaken || flight.isGivenUp) return false;
      world = answered(world, [answer]);
      return true;
    });
    flights.set(key, flight);
    return flight;
  };

  const supply = async (needs: readonly Need[], cancel: Cancellation) => {
    const asked = new Map(needs.map((need) => [needKey(need), need]));
    const flying = [...asked].map(([key, need]): readonly [string, Flight] => {
      const flight = flights.get(key);
      if (flight === undefined || flight.isGivenUp) return [key, launch(key, need, cancel)];
      flight.wanters.add(cancel);
      return [key, flight];
    });
    const gone = new Set<string>();
    for (const [key, { done }] of flying) if (!(await done)) gone.add(key);
    return gone;
  };

  return {
    get world() {
      return world;
    },
    update(change) {
      world = change(world);
    },
    supply,
    renew(needs, cancel) {
      for (const need of needs) {
        const key = needKey(need);
        const flight = flights.get(key);
        if (flight !== undefined) flight.isOvertaken = true;
        flights.delete(key);
      }
      return supply(needs, cancel);
    },
    retain(needs) {
      world = retained(world, needs);
    },
  };
}

/** Long work asks at each file whether it still is. */
function isWanted(wanters: Iterable<Cancellation>): boolean {
  for (const wanter of wanters) if (!wanter.isCancelled) return true;
  return false;
}

/** Files that are written all the time would be asked for for ever. A chain of builds takes one for each. */
const maxRounds = 60;

/**
 * Asks until nothing is lacking, each time for an answer of that moment: nothing that happens
 * meanwhile breaks it off. A need that comes again in the same words has no answer, and is unknown:
 * the words of a need for contents name the state of their tree.
 */
export async function settle<T extends { readonly needs: readonly Need[] }>(
  pool: Pick<Pool, "world" | "update" | "supply">,
  answerNow: (world: World) => T | Promise<T>,
  cancel: Cancellation,
): Promise<T> {
  let asked: ReadonlySet<string> = new Set();
  for (let round = 0; ; round++) {
    const answer = await answerNow(pool.world);
    const { needs } = answer;
    if (needs.length === 0 || cancel.isCancelled || round === maxRounds) return answer;
    const again = needs.filter((need) => asked.has(needKey(need)));
    if (again.length > 0) {
      pool.update((world) => answered(world, again.map(unanswered)));
      asked = new Set();
      continue;
    }
    const gone = await pool.supply(needs, cancel);
    asked = new Set(needs.map(needKey).filter((key) => !gone.has(key)));
  }
}

function unanswered(need: Need): Answered {
  // A need with an answer of any kind.
  return [need, unknown("failed")] as unknown as Answered;
}

async function ask(suppliers: Suppliers, need: Need, cancel: Cancellation): Promise<Answered> {
  // The table says which supplier takes which need.
  const supplier = suppliers[need.kind] as unknown as (
    need: Need,
    cancel: Cancellation,
  ) => Promise<Known<unknown>>;
  try {
    return [need, await supplier(need, cancel)] as unknown as Answered;
  } catch {
    return unanswered(need);
  }
}
