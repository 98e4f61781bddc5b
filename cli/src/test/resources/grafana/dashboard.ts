// Grafana's own schema, of what a dashboard file holds: JSON has an enumeration's values where TypeScript has its names.
import type * as grafana from '@grafana/schema';
import type * as stat from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen';
import type * as timeseries from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen';

type Json<T> = T extends string ? `${T}` : T extends (infer E)[] ? Json<E>[] : T extends object ? { [K in keyof T]: Json<T[K]> } : T;
type Query = grafana.DataQuery & { expr: string; legendFormat?: string; instant?: boolean };
type Defaults<Custom> = Omit<grafana.FieldConfig, 'custom'> & { custom?: Custom };
type Panel<Type, Options, Custom> = Omit<grafana.Panel, 'type' | 'options' | 'fieldConfig' | 'targets'> & {
  type: Type;
  targets: Query[];
  options: Partial<Options>;
  fieldConfig: { defaults: Defaults<Custom>; overrides: NonNullable<grafana.Panel['fieldConfig']>['overrides'] };
};
type AnyPanel =
  | grafana.RowPanel
  | Panel<'stat', stat.Options, never>
  | Panel<'timeseries', timeseries.Options, timeseries.FieldConfig>;
type Annotation = grafana.AnnotationQuery<grafana.DataQuery> & { expr?: string; titleFormat?: string };
export type Dashboard = Json<
  Omit<grafana.Dashboard, 'panels' | 'annotations'> & { panels: AnyPanel[]; annotations: { list: Annotation[] } }
>;
