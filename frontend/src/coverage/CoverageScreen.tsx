/** Which sector has arranged what, as far as the sources tell: a table, open to everybody. */

import { useLocation } from "preact-iso";

import { ask } from "../api/ask";
import { api, type Schemas } from "../api/client";
import { useAnswer } from "../api/useAnswer";
import { Asking, Failure } from "../parts/Notice";
import { SaveFile } from "../parts/SaveFile";
import { Screen } from "../parts/Screen";
import { SectorField } from "../provisions/SectorField";
import { Verified } from "../provisions/Verified";
import { buildingBlock } from "../words/terms";
import { covered } from "./words";

type Row = Schemas["CoveredSector"];

export function CoverageScreen() {
  const { path, query, route } = useLocation();
  const sector = query["sector"];
  const asked = sector ? { sector } : {};
  const address = sector ? `?${new URLSearchParams(asked)}` : "";
  const [found, { again }] = useAnswer(sector ?? "", (signal) =>
    ask(() => api.GET("/coverage", { params: { query: asked }, signal })),
  );
  const choose = (id: string | null) => route(id ? `${path}?${new URLSearchParams({ sector: id })}` : path, true);
  return (
    <Screen title="Dekking" tab="Dekking per sector">
      <p>
        Wat heeft elke sector geregeld voor wie ander werk zoekt? Dit staat in onze bronnen. Wat voor iedereen is, in elke sector, telt hier niet mee.
      </p>
      <dl class="legend">
        {Object.values(covered).map(({ sign, said, means }) => (
          <div key={said}>
            <dt>
              <span aria-hidden="true">{sign} </span>
              {said}
            </dt>
            <dd>{means}</dd>
          </div>
        ))}
      </dl>
      <div class="no-print">
        <SectorField sector={sector} onSector={choose} />
      </div>
      <div class="buttons">
        <SaveFile path={`/coverage${address}`} accept="text/csv" name={sector ? `dekking-${sector}.csv` : "dekking.csv"}>
          Opslaan als tabel (CSV)
        </SaveFile>
        {sector && (
          <button type="button" class="button" onClick={() => choose(null)}>
            Alle sectoren tonen
          </button>
        )}
      </div>
      {found.state === "asking" && <Asking what="De tabel ophalen" />}
      {found.state === "failed" && <Failure error={found.error} again={again} />}
      {found.state === "here" && <Matrix coverage={found.data} />}
    </Screen>
  );
}

function Matrix({ coverage }: { coverage: Schemas["CoverageAnswer"] }) {
  const rows = inTreeOrder(coverage.sectors);
  return (
    <div class="scroll coverage" role="region" aria-labelledby="dekking-tabel" tabIndex={0}>
      <table>
        <caption id="dekking-tabel">Wat sectoren en werkgevers hebben geregeld, per bouwsteen</caption>
        <thead>
          <tr>
            <th scope="col">Sector of werkgever</th>
            {coverage.buildingBlocks.map((block) => (
              <th key={block} scope="col">
                {buildingBlock[block]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ row, depth }) => (
            <tr key={`${row.kind} ${row.sectorId}`}>
              <th scope="row" class={DEPTHS[Math.min(depth, DEPTHS.length - 1)]}>
                {row.name}
                {row.kind === "employer" && <small> (werkgever)</small>}
              </th>
              {row.cells.map((cell) => (
                <Cell key={cell.buildingBlock} cell={cell} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const DEPTHS = ["", "below", "deeper"] as const;

function Cell({ cell }: { cell: Schemas["CoverageCell"] }) {
  if (cell.provisions.length === 0) {
    return (
      <td>
        <Said status={cell.status} />
      </td>
    );
  }
  return (
    <td>
      <details>
        <summary>
          <Said status={cell.status} /> ({cell.provisions.length})
        </summary>
        <ul>
          {cell.provisions.map((one) => (
            <li key={one.provisionId}>
              <a href={`/voorzieningen/${one.provisionId}`}>{one.name}</a>: <Said status={one.status} />
              {one.inherited && ", van de sector erboven"}. <small><Verified of={one} /></small>
            </li>
          ))}
        </ul>
      </details>
    </td>
  );
}

function Said({ status }: { status: Schemas["CoverageStatus"] }) {
  const { sign, said } = covered[status];
  return (
    <span class={status}>
      <span aria-hidden="true">{sign} </span>
      {said}
    </span>
  );
}

/** Put each sector after the one it lies in, and an employer after the sectors of its sector. */
function inTreeOrder(rows: Row[]): { row: Row; depth: number }[] {
  const there = new Set(rows.filter((one) => one.kind === "sector").map((one) => one.sectorId));
  const below = new Map<string | null, Row[]>();
  for (const row of rows) {
    const parent = row.parentId !== null && there.has(row.parentId) ? row.parentId : null;
    below.set(parent, [...(below.get(parent) ?? []), row]);
  }
  const from = (parent: string | null, depth: number): { row: Row; depth: number }[] =>
    (below.get(parent) ?? []).flatMap((row) => [
      { row, depth },
      ...(row.kind === "sector" ? from(row.sectorId, depth + 1) : []),
    ]);
  return from(null, 0);
}
