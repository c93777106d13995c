// Made by scripts/gen-api.mjs from the OpenAPI document of the service: do not edit.
export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * FieldProblem
         * @description params: the values in the message, by name.
         */
        FieldProblem: {
            /** Field */
            field: string;
            /**
             * Code
             * @enum {string}
             */
            code: "account-archived" | "active" | "after-version" | "already-set-up" | "ambiguous-key" | "ambiguous-reference" | "amount" | "amount-hidden" | "archived" | "arguments" | "assertion-error" | "bad-boolean" | "bad-date" | "bad-day" | "bad-field" | "bad-filter" | "bad-formula" | "bad-id" | "bad-json" | "bad-key" | "bad-lookup" | "bad-moment" | "bad-name" | "bad-number" | "bad-offset" | "bad-order" | "bad-query" | "bad-range" | "bad-ranges" | "bad-reason" | "bad-request" | "bad-type" | "bad-version" | "before-last" | "before-start" | "belongs-to" | "bool-parsing" | "bool-type" | "broken-csv" | "broken-encoding" | "broken-multipart" | "broken-vcard" | "broken-xlsx" | "broken-yaml" | "bytes-missing" | "cannot-clear" | "changed-since" | "characters" | "checksum" | "chunk-too-small" | "circle" | "closed" | "column" | "computed" | "conflict" | "conversion-changed-since" | "converted" | "converting" | "count-changed" | "country" | "country-ambiguous" | "currency" | "cycle" | "dataclass-type" | "date" | "date-ambiguous" | "date-from-datetime-parsing" | "date-order" | "date-parsing" | "datetime-parsing" | "day" | "deactivated" | "deals" | "decimal-sign" | "default-pipeline" | "dict-type" | "doubled-time" | "duplicate" | "duplicate-key" | "earlier-row-rejected" | "email" | "empty-file" | "encoding-unsure" | "encrypted" | "endless-row" | "engine" | "enum" | "erased" | "extra-forbidden" | "finite-number" | "float-parsing" | "float-type" | "forbidden" | "forbidden-owner" | "frozen-set-type" | "function" | "given-twice" | "greater-than" | "greater-than-equal" | "grouping" | "half-done" | "head-too-large" | "idempotency-key-reused" | "ids-or-filters" | "in-the-future" | "incomplete" | "infected" | "int-from-float" | "int-parsing" | "int-parsing-size" | "int-type" | "internal" | "interval" | "invalid" | "itself" | "joined-later" | "json-invalid" | "json-type" | "last-administrator" | "last-stage" | "less-than" | "less-than-equal" | "list-type" | "listed" | "literal-error" | "mapping-type" | "merged" | "method-not-allowed" | "missing" | "missing-file" | "mixed-scripts" | "model-attributes-type" | "model-type" | "moment" | "money" | "name" | "needs-in" | "needs-request" | "no-amount" | "no-exchange" | "no-money" | "no-period" | "no-person" | "no-price" | "no-rate" | "no-way-back" | "nobody-asks" | "none-required" | "not-absorbed" | "not-active" | "not-allowed" | "not-an-erasure" | "not-an-option" | "not-announced" | "not-approved" | "not-by-key" | "not-converted" | "not-deactivated" | "not-exported" | "not-finite" | "not-for-many" | "not-for-this-kind" | "not-found" | "not-graded" | "not-held" | "not-hideable" | "not-importable" | "not-invited" | "not-listed" | "not-open" | "not-positive" | "not-qualified" | "not-scannable" | "not-scanned" | "not-undoable" | "not-utf-8" | "not-yours" | "nul" | "number" | "number-ambiguous" | "old-excel" | "on" | "one-statement" | "only-now" | "open-opportunities" | "open-request" | "other-count" | "other-currency" | "other-kind" | "other-records" | "out-of-order" | "out-of-range" | "out-of-turn" | "outside-term" | "own-factor" | "parameter" | "pattern" | "phone" | "phone-country" | "projection-behind" | "quantity" | "rate" | "read-only" | "reason-needed" | "rejected" | "repeated-column" | "repeated-file" | "required" | "required-by-stage" | "revoked" | "same-currency" | "same-user" | "sample-data-present" | "second-factor-needed" | "second-factor-needed-first" | "second-factor-not-begun" | "second-factor-off" | "second-factor-on" | "second-factor-required" | "select-only" | "set-type" | "skipped-time" | "stage-gate" | "stage-role" | "string-pattern-mismatch" | "string-too-long" | "string-too-short" | "string-type" | "string-unicode" | "sum-of-lines" | "surrogate" | "syntax" | "time-zone" | "too-common" | "too-deep" | "too-few-columns" | "too-guessable" | "too-large" | "too-late" | "too-long" | "too-many" | "too-many-changes" | "too-many-columns" | "too-many-contacts" | "too-many-files" | "too-many-groups" | "too-many-keys" | "too-many-lines" | "too-many-records" | "too-many-requests" | "too-many-uploads" | "too-many-values" | "too-many-versions" | "too-short" | "too-slow" | "tuple-type" | "type" | "type-not-allowed" | "unassigned" | "unauthenticated" | "unavailable" | "undo-clash" | "union-tag-invalid" | "union-tag-not-found" | "unknown-action" | "unknown-column" | "unknown-command" | "unknown-email" | "unknown-encoding" | "unknown-field" | "unknown-function" | "unknown-kind" | "unknown-line" | "unknown-parameter" | "unknown-position" | "unknown-price" | "unknown-record" | "unknown-reference" | "unknown-resource" | "unknown-stage" | "unknown-version" | "unknown-view" | "unnamed-column" | "unreadable" | "unsupported-media-type" | "unticked" | "unused-file" | "upload-busy" | "upload-ended" | "value" | "value-error" | "version-mismatch" | "view" | "window" | "withdrawn" | "wrong-code" | "wrong-offset" | "wrong-password" | "wrong-status" | "wrong-type" | "xlsx-bomb" | "xlsx-hostile" | "zone";
            /** Message */
            message: string;
            /** Params */
            params?: {
                [key: string]: unknown;
            };
        } & {
            [key: string]: unknown;
        };
        /** FigureColumn */
        FigureColumn: {
            /** Name */
            name: string;
            /** Label */
            label: string;
            /**
             * Role
             * @description `label`: what people read of the dimension before it
             * @enum {string}
             */
            role: "bucket" | "dimension" | "label" | "currency" | "figure";
            /**
             * Unit
             * @description Of a figure. percent: 0 to 100. money: text, in the row's currency
             */
            unit: ("money" | "money_per_day" | "count" | "percent" | "days" | "minutes") | null;
            /**
             * Day
             * @description Of a figure: the day it is as of
             */
            day: string | null;
        };
        /** Figures */
        Figures: {
            /** Metric */
            metric: string;
            /** Label */
            label: string;
            /**
             * Unit
             * @description Of its first figure
             * @enum {string}
             */
            unit: "money" | "money_per_day" | "count" | "percent" | "days" | "minutes";
            /** Columns */
            columns: components["schemas"]["FigureColumn"][];
            /** Rows */
            rows: {
                [key: string]: unknown;
            }[];
            /**
             * Total
             * @description Over all groups; of money a row for each currency
             */
            total: {
                [key: string]: unknown;
            }[];
            /**
             * As Of
             * @description The day, in the organisation's time zone
             */
            as_of: string;
            /** Compare */
            compare: string | null;
            /**
             * Currency
             * @description In which currency money is; null when there is none
             */
            currency: ("deal" | "base") | null;
            /**
             * Unrated
             * @description How many records of the total are counted while their amount is in no sum: it has no exchange rate to the organisation's currency
             */
            unrated: number;
            /**
             * Unrated Rows
             * @description The same of each row, in their order
             */
            unrated_rows: number[];
            /**
             * Complete
             * @description false = there are more than 1000 groups on one of the days. These are the first; where it is the day of `compare`, a figure of that day may be missing from its row
             */
            complete: boolean;
        };
        /** Question */
        Question: {
            /** Sql */
            sql: string;
            /**
             * Format
             * @default json
             * @enum {string}
             */
            format?: "table" | "csv" | "json" | "arrow";
        };
        /** ShownChart */
        ShownChart: {
            /**
             * Kind
             * @enum {string}
             */
            kind: "bar" | "line" | "funnel";
            /** By */
            by: string | null;
            /** Bucket */
            bucket: ("day" | "week" | "month" | "quarter" | "year") | null;
        };
        /** ShownColumn */
        ShownColumn: {
            /** Name */
            name: string;
            /** Type */
            type: string;
            /** Zh */
            zh: string;
            /** En */
            en: string;
        };
        /** ShownDimension */
        ShownDimension: {
            /** Name */
            name: string;
            /** Label */
            label: string;
        };
        /** ShownFigure */
        ShownFigure: {
            /** Name */
            name: string;
            /** Label */
            label: string;
            /**
             * Unit
             * @enum {string}
             */
            unit: "money" | "money_per_day" | "count" | "percent" | "days" | "minutes";
        };
        /** ShownMetric */
        ShownMetric: {
            /** Name */
            name: string;
            /** Label */
            label: string;
            /** Description */
            description: string;
            /**
             * Unit
             * @description Of its first figure
             * @enum {string}
             */
            unit: "money" | "money_per_day" | "count" | "percent" | "days" | "minutes";
            /** Figures */
            figures: components["schemas"]["ShownFigure"][];
            /**
             * Dimensions
             * @description What `by` and filters take
             */
            dimensions: components["schemas"]["ShownDimension"][];
            /**
             * Period
             * @description Whether it takes from, to and bucket; else it tells what stands at a day
             */
            period: boolean;
            /**
             * Money
             * @description What `currency` takes; empty when no figure is money
             */
            money: ("deal" | "base")[];
            chart: components["schemas"]["ShownChart"];
        };
        /** ShownMetrics */
        ShownMetrics: {
            /** Items */
            items: components["schemas"]["ShownMetric"][];
        };
        /** ShownView */
        ShownView: {
            /** Name */
            name: string;
            /** Zh */
            zh: string;
            /** En */
            en: string;
            /** Parameters */
            parameters: {
                [key: string]: string;
            };
            /** Columns */
            columns: components["schemas"]["ShownColumn"][];
        };
        /** ShownViews */
        ShownViews: {
            /** Views */
            views: components["schemas"]["ShownView"][];
            /** Functions */
            functions: {
                [key: string]: string[];
            };
        };
        /** SqlColumn */
        SqlColumn: {
            /** Name */
            name: string;
            /** Type */
            type: string;
        };
        /** SqlRows */
        SqlRows: {
            /** Columns */
            columns: components["schemas"]["SqlColumn"][];
            /** Rows */
            rows: {
                [key: string]: unknown;
            }[];
        };
        /** WarehouseStatus */
        WarehouseStatus: {
            /**
             * Position
             * @description Of the last event whose facts are in the warehouse
             */
            position: number;
            /**
             * Head
             * @description Of the last event of all
             */
            head: number;
            /**
             * Lag
             * @description Positions between the two
             */
            lag: number;
            /**
             * Parked
             * @description Records set aside because an event of theirs cannot be read
             */
            parked: number;
            /** Rebuilding */
            rebuilding: boolean;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
