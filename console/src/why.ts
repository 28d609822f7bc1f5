/** Why this agent, in words made from what the router recorded. */
import { t, type Key } from "./state/words.ts";
import type { Why } from "./state/wire.ts";

const REASONS: Record<string, Key> = {
  ring_all: "why.ring_all",
  priority: "why.priority",
  max_utilization: "why.max_utilization",
  average_utilization: "why.average_utilization",
  random: "why.random",
  round_robin: "why.round_robin",
  longest_idle: "why.longest_idle",
};

/** A clause a strategy, in the order they ranked; or that nobody else was free, which outweighs them all. */
export function why({ strategy, priority, eligible, sticky, skills = [] }: Why): string {
  const names = typeof strategy === "string" ? strategy.split(/[+,\s]+/).filter(Boolean) : [...(strategy ?? [])];
  const about = [...(sticky ? [t("why.sticky")] : []), ...skills.map(({ name }) => t("why.skill", { name }))];
  const alone = eligible === 1 && !names.includes("ring_all");
  const ranked = names.map((name) => {
    const key = REASONS[name];
    return key ? t(key, { priority: priority ?? "" }) : t("why.custom", { name });
  });
  // who was asked for having served them last was not ranked at all
  const clauses = [...about, ...(sticky ? [] : alone ? [t("why.alone")] : ranked)];
  return sentence(clauses.length > 0 ? clauses.join(t("why.between")) : t("why.free"));
}

const sentence = (clauses: string): string => t("why.sentence", { clauses });
