/** Places as SARIF locations. */
import type { Rule } from '../../ruleset/ruleset.ts';
import type { ReviewLocation } from '../review/review.ts';
import { fileUri, isRelative } from '../review/uri.ts';
import { endPosition, positionOf } from '../text/positions.ts';
import type { PhysicalLocation, SarifLocation, SarifRegion } from './types.ts';

export function physicalLocation(place: ReviewLocation): PhysicalLocation {
  return { ...artifactOf(place.source.file), region: regionOf(place) };
}

/** A file as a whole. */
export function artifactOf(file: string): Pick<PhysicalLocation, 'artifactLocation'> {
  const uri = fileUri(file);
  return { artifactLocation: { uri, ...(isRelative(uri) && { uriBaseId: '%SRCROOT%' }) } };
}

/** What the rule is called, wherever its line is. */
export function logicalLocations({ table, chain, number }: Rule): NonNullable<SarifLocation['logicalLocations']> {
  return [{ name: `${chain}#${number}`, fullyQualifiedName: `${table}/${chain}/${number}`, kind: 'element' }];
}

function regionOf(place: ReviewLocation): SarifRegion {
  const start = positionOf(place);
  const end = endPosition(place);
  return {
    startLine: start.line,
    startColumn: start.column,
    ...(end.line !== start.line && { endLine: end.line }),
    endColumn: end.column,
  };
}
