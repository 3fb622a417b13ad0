import { type Result, summarize } from "./results.ts";

/** The seed of the fleet in the table; any other gives figures within the spread. */
export const FLEET_SEED = 1;

/** What `fleet.ts` writes, as far as it is needed here. */
interface FleetReport {
  readonly rows: readonly {
    readonly scenario: string;
    readonly p99ToBound: number;
    readonly p99ToBoundMin: number;
    readonly p99ToBoundMax: number;
  }[];
}

/**
 * How long 99 % of 100,000 clients with the default policy take to be back, in multiples of the
 * time that the server needs to take them all.
 */
export async function measureFleet(): Promise<Result[]> {
  const json = await Deno.makeTempFile({ suffix: ".json" });
  try {
    const script = new URL("./fleet.ts", import.meta.url).href;
    const only = "outage/windowed (default)";
    const args = ["run", "-A", script, "--seed", `${FLEET_SEED}`, "--only", only, "--json", json];
    const { success, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    const { rows }: FleetReport = JSON.parse(await Deno.readTextFile(json));
    return rows.map(({ scenario, p99ToBound, p99ToBoundMin, p99ToBoundMax }) => {
      const row = `fleet after a ${scenario}`;
      const line = { row, runtime: "any", contestant: "holdfast", unit: "p99 / (N/C)" } as const;
      const result = summarize(line, [p99ToBound], { atMost: 1.25 });
      return { ...result, min: p99ToBoundMin, max: p99ToBoundMax };
    });
  } finally {
    await Deno.remove(json);
  }
}
