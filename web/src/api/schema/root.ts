// Made by scripts/gen-api.mjs from the OpenAPI document of the service: do not edit.
export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * Problem
         * @description RFC 9457 problem details. `type` and `code` never change; title, detail and messages are in the language of
         *     `Accept-Language` (en, zh-CN, zh-TW), else in that of the user's preferences.
         * @example {
         *       "detail": "1 field(s) are not valid",
         *       "errors": [
         *         {
         *           "code": "missing",
         *           "field": "name",
         *           "message": "this field is needed"
         *         }
         *       ],
         *       "status": 422,
         *       "title": "The request is not valid",
         *       "type": "/problems/invalid"
         *     }
         */
        Problem: {
            /**
             * Type
             * @example /problems/invalid
             * @enum {string}
             */
            type: "/problems/bad-request" | "/problems/conflict" | "/problems/conversion-changed-since" | "/problems/duplicate" | "/problems/forbidden" | "/problems/head-too-large" | "/problems/idempotency-key-reused" | "/problems/internal" | "/problems/invalid" | "/problems/method-not-allowed" | "/problems/not-found" | "/problems/projection-behind" | "/problems/rejected" | "/problems/second-factor-needed" | "/problems/second-factor-required" | "/problems/stage-gate" | "/problems/too-large" | "/problems/too-many-requests" | "/problems/too-slow" | "/problems/unauthenticated" | "/problems/unavailable" | "/problems/undo-clash" | "/problems/unsupported-media-type" | "/problems/version-mismatch" | "/problems/wrong-code";
            /** Title */
            title: string;
            /** Status */
            status: number;
            /** Detail */
            detail: string;
            /**
             * Errors
             * @default []
             */
            errors?: components["schemas"]["FieldProblem"][];
            /**
             * @description Of a refusal that concerns no field
             * @enum {string}
             */
            code?: "account-archived" | "active" | "after-version" | "already-set-up" | "ambiguous-key" | "ambiguous-reference" | "amount" | "amount-hidden" | "archived" | "arguments" | "assertion-error" | "bad-boolean" | "bad-date" | "bad-day" | "bad-field" | "bad-filter" | "bad-formula" | "bad-id" | "bad-json" | "bad-key" | "bad-lookup" | "bad-moment" | "bad-name" | "bad-number" | "bad-offset" | "bad-order" | "bad-query" | "bad-range" | "bad-ranges" | "bad-reason" | "bad-request" | "bad-type" | "bad-version" | "before-last" | "before-start" | "belongs-to" | "bool-parsing" | "bool-type" | "broken-csv" | "broken-encoding" | "broken-multipart" | "broken-vcard" | "broken-xlsx" | "broken-yaml" | "bytes-missing" | "cannot-clear" | "changed-since" | "characters" | "checksum" | "chunk-too-small" | "circle" | "closed" | "column" | "computed" | "conflict" | "conversion-changed-since" | "converted" | "converting" | "count-changed" | "country" | "country-ambiguous" | "currency" | "cycle" | "dataclass-type" | "date" | "date-ambiguous" | "date-from-datetime-parsing" | "date-order" | "date-parsing" | "datetime-parsing" | "day" | "deactivated" | "deals" | "decimal-sign" | "default-pipeline" | "dict-type" | "doubled-time" | "duplicate" | "duplicate-key" | "earlier-row-rejected" | "email" | "empty-file" | "encoding-unsure" | "encrypted" | "endless-row" | "engine" | "enum" | "erased" | "extra-forbidden" | "finite-number" | "float-parsing" | "float-type" | "forbidden" | "forbidden-owner" | "frozen-set-type" | "function" | "given-twice" | "greater-than" | "greater-than-equal" | "grouping" | "half-done" | "head-too-large" | "idempotency-key-reused" | "ids-or-filters" | "in-the-future" | "incomplete" | "infected" | "int-from-float" | "int-parsing" | "int-parsing-size" | "int-type" | "internal" | "interval" | "invalid" | "itself" | "joined-later" | "json-invalid" | "json-type" | "last-administrator" | "last-stage" | "less-than" | "less-than-equal" | "list-type" | "listed" | "literal-error" | "mapping-type" | "merged" | "method-not-allowed" | "missing" | "missing-file" | "mixed-scripts" | "model-attributes-type" | "model-type" | "moment" | "money" | "name" | "needs-in" | "needs-request" | "no-amount" | "no-exchange" | "no-money" | "no-period" | "no-person" | "no-price" | "no-rate" | "no-way-back" | "nobody-asks" | "none-required" | "not-absorbed" | "not-active" | "not-allowed" | "not-an-erasure" | "not-an-option" | "not-announced" | "not-approved" | "not-by-key" | "not-converted" | "not-deactivated" | "not-exported" | "not-finite" | "not-for-many" | "not-for-this-kind" | "not-found" | "not-graded" | "not-held" | "not-hideable" | "not-importable" | "not-invited" | "not-listed" | "not-open" | "not-positive" | "not-qualified" | "not-scannable" | "not-scanned" | "not-undoable" | "not-utf-8" | "not-yours" | "nul" | "number" | "number-ambiguous" | "old-excel" | "on" | "one-statement" | "only-now" | "open-opportunities" | "open-request" | "other-count" | "other-currency" | "other-kind" | "other-records" | "out-of-order" | "out-of-range" | "out-of-turn" | "outside-term" | "own-factor" | "parameter" | "pattern" | "phone" | "phone-country" | "projection-behind" | "quantity" | "rate" | "read-only" | "reason-needed" | "rejected" | "repeated-column" | "repeated-file" | "required" | "required-by-stage" | "revoked" | "same-currency" | "same-user" | "sample-data-present" | "second-factor-needed" | "second-factor-needed-first" | "second-factor-not-begun" | "second-factor-off" | "second-factor-on" | "second-factor-required" | "select-only" | "set-type" | "skipped-time" | "stage-gate" | "stage-role" | "string-pattern-mismatch" | "string-too-long" | "string-too-short" | "string-type" | "string-unicode" | "sum-of-lines" | "surrogate" | "syntax" | "time-zone" | "too-common" | "too-deep" | "too-few-columns" | "too-guessable" | "too-large" | "too-late" | "too-long" | "too-many" | "too-many-changes" | "too-many-columns" | "too-many-contacts" | "too-many-files" | "too-many-groups" | "too-many-keys" | "too-many-lines" | "too-many-records" | "too-many-requests" | "too-many-uploads" | "too-many-values" | "too-many-versions" | "too-short" | "too-slow" | "tuple-type" | "type" | "type-not-allowed" | "unassigned" | "unauthenticated" | "unavailable" | "undo-clash" | "union-tag-invalid" | "union-tag-not-found" | "unknown-action" | "unknown-column" | "unknown-command" | "unknown-email" | "unknown-encoding" | "unknown-field" | "unknown-function" | "unknown-kind" | "unknown-line" | "unknown-parameter" | "unknown-position" | "unknown-price" | "unknown-record" | "unknown-reference" | "unknown-resource" | "unknown-stage" | "unknown-version" | "unknown-view" | "unnamed-column" | "unreadable" | "unsupported-media-type" | "unticked" | "unused-file" | "upload-busy" | "upload-ended" | "value" | "value-error" | "version-mismatch" | "view" | "window" | "withdrawn" | "wrong-code" | "wrong-offset" | "wrong-password" | "wrong-status" | "wrong-type" | "xlsx-bomb" | "xlsx-hostile" | "zone";
            /** @description The values in `detail`, by name */
            params?: {
                [key: string]: unknown;
            };
        } & {
            [key: string]: unknown;
        };
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
        /** @description By error code: the `params` that stand next to it. No answer has this form. */
        MessageParams: {
            "ambiguous-key"?: {
                resource: string | number | null;
            };
            "ambiguous-reference"?: {
                field: string | number | null;
                resource: string | number | null;
                value: string | number | null;
            };
            amount?: {
                amount?: string | number | null;
                currency?: string | number | null;
                digits?: string | number | null;
                places?: string | number | null;
                value?: string | number | null;
            };
            arguments?: {
                name?: string | number | null;
                parameters?: string | number | null;
            };
            "bad-date"?: {
                order: string | number | null;
                value: string | number | null;
            };
            "bad-day"?: {
                first: string | number | null;
                last: string | number | null;
            };
            "bad-field"?: {
                kinds?: string | number | null;
                least?: string | number | null;
                most?: string | number | null;
                units?: string | number | null;
            };
            "bad-filter"?: {
                most?: string | number | null;
                value?: string | number | null;
            };
            "bad-formula"?: {
                at: string | number | null;
                value: string | number | null;
            };
            "bad-id"?: {
                value: string | number | null;
            };
            "bad-json"?: {
                position: string | number | null;
            };
            "bad-key"?: {
                field?: string | number | null;
                kind?: string | number | null;
                resource?: string | number | null;
            };
            "bad-lookup"?: {
                field: string | number | null;
            };
            "bad-number"?: {
                value: string | number | null;
            };
            "bad-query"?: {
                field?: string | number | null;
            };
            "bad-ranges"?: {
                most?: string | number | null;
            };
            "bad-reason"?: {
                most: string | number | null;
            };
            "bad-type"?: {
                functions?: string | number | null;
                name?: string | number | null;
                type?: string | number | null;
            };
            "bad-version"?: {
                most?: string | number | null;
            };
            "bool-parsing"?: {
                value: string | number | null;
            };
            "bool-type"?: {
                value: string | number | null;
            };
            "broken-csv"?: {
                line: string | number | null;
            };
            "broken-encoding"?: {
                encoding?: string | number | null;
                line?: string | number | null;
            };
            "broken-vcard"?: {
                line: string | number | null;
                value?: string | number | null;
            };
            "broken-yaml"?: {
                line: string | number | null;
                why: string | number | null;
            };
            "changed-since"?: {
                type?: string | number | null;
                version?: string | number | null;
            };
            "chunk-too-small"?: {
                least: string | number | null;
            };
            circle?: {
                field: string | number | null;
            };
            closed?: {
                status: string | number | null;
            };
            column?: {
                digits?: string | number | null;
                label?: string | number | null;
                source?: string | number | null;
            };
            "count-changed"?: {
                actual: string | number | null;
                expected: string | number | null;
            };
            country?: {
                value: string | number | null;
            };
            "country-ambiguous"?: {
                codes: string | number | null;
                value: string | number | null;
            };
            currency?: {
                value: string | number | null;
            };
            date?: {
                value: string | number | null;
            };
            "date-ambiguous"?: {
                one?: string | number | null;
                other?: string | number | null;
                value?: string | number | null;
                year?: string | number | null;
            };
            "date-from-datetime-parsing"?: {
                value: string | number | null;
            };
            "date-order"?: {
                column: string | number | null;
                line: string | number | null;
                value: string | number | null;
            };
            "date-parsing"?: {
                value: string | number | null;
            };
            "datetime-parsing"?: {
                value: string | number | null;
            };
            day?: {
                value: string | number | null;
            };
            deals?: {
                count?: string | number | null;
            };
            "decimal-sign"?: {
                column: string | number | null;
                line: string | number | null;
                value: string | number | null;
            };
            "doubled-time"?: {
                taken: string | number | null;
                value: string | number | null;
                zone: string | number | null;
            };
            email?: {
                value: string | number | null;
            };
            "encoding-unsure"?: {
                candidates: string | number | null;
            };
            "endless-row"?: {
                most: string | number | null;
                number: string | number | null;
            };
            engine?: {
                code: string | number | null;
            };
            enum?: {
                options: string | number | null;
                value: string | number | null;
            };
            "finite-number"?: {
                value: string | number | null;
            };
            "float-parsing"?: {
                value: string | number | null;
            };
            "float-type"?: {
                value: string | number | null;
            };
            function?: {
                name: string | number | null;
            };
            "greater-than"?: {
                bound: string | number | null;
                value: string | number | null;
            };
            "greater-than-equal"?: {
                bound: string | number | null;
                value: string | number | null;
            };
            "half-done"?: {
                id: string | number | null;
                why: string | number | null;
            };
            incomplete?: {
                have?: string | number | null;
                size?: string | number | null;
            };
            "int-from-float"?: {
                value: string | number | null;
            };
            "int-parsing"?: {
                value: string | number | null;
            };
            "int-parsing-size"?: {
                value: string | number | null;
            };
            "int-type"?: {
                value: string | number | null;
            };
            interval?: {
                most?: string | number | null;
                unit?: string | number | null;
            };
            "less-than"?: {
                bound: string | number | null;
                value: string | number | null;
            };
            "less-than-equal"?: {
                bound: string | number | null;
                value: string | number | null;
            };
            "literal-error"?: {
                options: string | number | null;
                value: string | number | null;
            };
            "missing-file"?: {
                file?: string | number | null;
            };
            "mixed-scripts"?: {
                value: string | number | null;
            };
            moment?: {
                value: string | number | null;
            };
            money?: {
                value: string | number | null;
            };
            name?: {
                label?: string | number | null;
                name?: string | number | null;
                source?: string | number | null;
            };
            "no-period"?: {
                name: string | number | null;
            };
            "no-rate"?: {
                currency: string | number | null;
                day: string | number | null;
            };
            "not-absorbed"?: {
                id: string | number | null;
            };
            "not-allowed"?: {
                choices?: string | number | null;
                kind?: string | number | null;
                side?: string | number | null;
            };
            "not-an-option"?: {
                choices?: string | number | null;
                options?: string | number | null;
                value: string | number | null;
            };
            "not-finite"?: {
                name?: string | number | null;
            };
            "not-for-many"?: {
                options: string | number | null;
                value: string | number | null;
            };
            "not-held"?: {
                name: string | number | null;
            };
            "not-hideable"?: {
                name: string | number | null;
            };
            "not-importable"?: {
                resource: string | number | null;
            };
            "not-invited"?: {
                status?: string | number | null;
            };
            "not-open"?: {
                status: string | number | null;
            };
            "not-scanned"?: {
                seconds: string | number | null;
            };
            "not-utf-8"?: {
                start: string | number | null;
            };
            nul?: {
                line?: string | number | null;
                number?: string | number | null;
            };
            number?: {
                most?: string | number | null;
                places?: string | number | null;
                value: string | number | null;
            };
            "number-ambiguous"?: {
                one: string | number | null;
                other: string | number | null;
                value: string | number | null;
            };
            "other-count"?: {
                count?: string | number | null;
            };
            "other-currency"?: {
                currency?: string | number | null;
                of_deal?: string | number | null;
            };
            "other-kind"?: {
                now: string | number | null;
                was: string | number | null;
            };
            "out-of-range"?: {
                count?: string | number | null;
                digits?: string | number | null;
                file?: string | number | null;
                highest?: string | number | null;
                leaf?: string | number | null;
                lowest?: string | number | null;
                places?: string | number | null;
                value?: string | number | null;
            };
            "out-of-turn"?: {
                status: string | number | null;
            };
            "outside-term"?: {
                most: string | number | null;
            };
            parameter?: {
                example?: string | number | null;
                name?: string | number | null;
            };
            pattern?: {
                length?: string | number | null;
                quantifiers?: string | number | null;
                repeats?: string | number | null;
                wildcards?: string | number | null;
            };
            phone?: {
                value: string | number | null;
            };
            "phone-country"?: {
                value: string | number | null;
            };
            rate?: {
                places?: string | number | null;
                value: string | number | null;
            };
            "repeated-column"?: {
                column: string | number | null;
            };
            required?: {
                line?: string | number | null;
            };
            "same-currency"?: {
                currency: string | number | null;
            };
            "second-factor-not-begun"?: {
                minutes: string | number | null;
            };
            "skipped-time"?: {
                taken: string | number | null;
                value: string | number | null;
                zone: string | number | null;
            };
            "string-pattern-mismatch"?: {
                value: string | number | null;
            };
            "string-too-long"?: {
                length: string | number | null;
                most: string | number | null;
                value: string | number | null;
            };
            "string-too-short"?: {
                least: string | number | null;
            };
            "string-type"?: {
                value: string | number | null;
            };
            syntax?: {
                near?: string | number | null;
            };
            "time-zone"?: {
                value: string | number | null;
            };
            "too-deep"?: {
                most?: string | number | null;
            };
            "too-large"?: {
                most?: string | number | null;
                size?: string | number | null;
            };
            "too-long"?: {
                most: string | number | null;
            };
            "too-many"?: {
                most: string | number | null;
            };
            "too-many-changes"?: {
                most: string | number | null;
            };
            "too-many-columns"?: {
                count?: string | number | null;
                most?: string | number | null;
                size?: string | number | null;
            };
            "too-many-contacts"?: {
                most: string | number | null;
            };
            "too-many-files"?: {
                files: string | number | null;
                size: string | number | null;
            };
            "too-many-groups"?: {
                count?: string | number | null;
                most: string | number | null;
                unit?: string | number | null;
            };
            "too-many-keys"?: {
                most: string | number | null;
            };
            "too-many-lines"?: {
                most: string | number | null;
            };
            "too-many-records"?: {
                most: string | number | null;
            };
            "too-many-uploads"?: {
                most: string | number | null;
            };
            "too-many-values"?: {
                most: string | number | null;
            };
            "too-many-versions"?: {
                most: string | number | null;
            };
            "too-short"?: {
                least: string | number | null;
            };
            "type-not-allowed"?: {
                media: string | number | null;
            };
            "union-tag-invalid"?: {
                options: string | number | null;
                value: string | number | null;
            };
            "unknown-column"?: {
                column?: string | number | null;
                count?: string | number | null;
                file: string | number | null;
            };
            "unknown-command"?: {
                name?: string | number | null;
                names?: string | number | null;
                resource?: string | number | null;
            };
            "unknown-encoding"?: {
                value: string | number | null;
            };
            "unknown-field"?: {
                field?: string | number | null;
                name?: string | number | null;
                resource?: string | number | null;
            };
            "unknown-function"?: {
                functions: string | number | null;
                name: string | number | null;
            };
            "unknown-kind"?: {
                choices: string | number | null;
                value: string | number | null;
            };
            "unknown-position"?: {
                value?: string | number | null;
            };
            "unknown-reference"?: {
                field?: string | number | null;
                id?: string | number | null;
                name?: string | number | null;
                resource?: string | number | null;
                value?: string | number | null;
            };
            "unknown-resource"?: {
                name?: string | number | null;
            };
            "unknown-version"?: {
                count: string | number | null;
            };
            "unknown-view"?: {
                listed: string | number | null;
                unknown: string | number | null;
            };
            "unnamed-column"?: {
                number: string | number | null;
            };
            unreadable?: {
                name: string | number | null;
            };
            value?: {
                most?: string | number | null;
            };
            "value-error"?: {
                key?: string | number | null;
                mode?: string | number | null;
            };
            view?: {
                name: string | number | null;
            };
            window?: {
                name: string | number | null;
            };
            "wrong-offset"?: {
                have: string | number | null;
                offset: string | number | null;
            };
            "wrong-status"?: {
                status?: string | number | null;
            };
            "wrong-type"?: {
                value: string | number | null;
            };
            "xlsx-bomb"?: {
                count?: string | number | null;
                most?: string | number | null;
                part?: string | number | null;
                size?: string | number | null;
            };
            "xlsx-hostile"?: {
                part?: string | number | null;
            };
        };
        /** Codes */
        Codes: {
            /**
             * Language
             * @description Of the labels
             * @enum {string}
             */
            language: "en" | "zh-CN" | "zh-TW";
            /**
             * Countries
             * @description ISO 3166-1 alpha-2, in the order of the codes
             */
            countries: components["schemas"]["Option"][];
            /**
             * Currencies
             * @description ISO 4217, in the order of the codes
             */
            currencies: components["schemas"]["Option"][];
        };
        /** Healthy */
        Healthy: {
            /**
             * Status
             * @constant
             */
            status: "ok";
        };
        /** Hits */
        Hits: {
            /** Items */
            items: (components["schemas"]["SearchHit"] | components["schemas"]["SearchHitPart"])[];
            /**
             * As Of
             * @description The moment that was asked about; null = now
             */
            as_of: string | null;
            /**
             * Exact
             * @description false = something may be missing: of a moment since which there were changes, those that had other words then; where searchable fields are hidden from the caller, what comes after the 200 best
             */
            exact: boolean;
        };
        /** Match */
        Match: {
            /**
             * Field
             * @description Of a custom field: `custom.<name>`
             */
            field: string;
            /**
             * Text
             * @description Plain text, shortened around the first match; it may hold any signs
             */
            text: string;
            /**
             * Ranges
             * @description [from, to) of each match, in UTF-16 code units as JavaScript counts
             */
            ranges: number[][];
        };
        /**
         * Messages
         * @description codes: the messages that an error may bear; that whose parameters it has is meant.
         */
        Messages: {
            /**
             * Language
             * @enum {string}
             */
            language: "en" | "zh-CN" | "zh-TW";
            /** Types */
            types: {
                [key: string]: components["schemas"]["ProblemText"];
            };
            /** Codes */
            codes: {
                [key: string]: components["schemas"]["Text"][];
            };
        };
        /** Meta */
        Meta: {
            /**
             * Language
             * @description Of the labels
             * @enum {string}
             */
            language: "en" | "zh-CN" | "zh-TW";
            /** Groups */
            groups: components["schemas"]["MetaGroup"][];
            /** Types */
            types: components["schemas"]["MetaType"][];
            /** Enumerations */
            enumerations: {
                [key: string]: unknown;
            };
            /**
             * Sandbox
             * @description As of which moment this suite is a copy to try things in
             */
            sandbox?: string;
        };
        /** MetaCommand */
        MetaCommand: {
            /** Name */
            name: string;
            /** Label */
            label: string;
            /**
             * Method
             * @enum {string}
             */
            method: "POST" | "PATCH";
            /** Path */
            path: string;
            /**
             * Action
             * @enum {string}
             */
            action: "read" | "create" | "edit" | "archive" | "assign" | "merge" | "export" | "import" | "erase" | "reopen" | "manage";
            /** Allowed */
            allowed: boolean;
            /**
             * In Bulk
             * @description The word by which it is sent to many records at once
             */
            in_bulk?: string;
            /**
             * Fields
             * @description field → whether it must be given
             */
            fields: {
                [key: string]: boolean;
            };
            /**
             * Along
             * @description Fields of the record that it changes in the same act, where they are sent
             */
            along?: string[];
            /**
             * When
             * @description field → the values with which it applies
             */
            when?: {
                [key: string]: unknown[];
            };
            /**
             * Inputs
             * @description Those of `fields` that are no fields of the record
             */
            inputs?: {
                [key: string]: components["schemas"]["MetaPart"];
            };
        };
        /** MetaField */
        MetaField: {
            /** Name */
            name: string;
            /**
             * Kind
             * @enum {string}
             */
            kind: "text" | "keyword" | "keywords" | "integer" | "decimal" | "date" | "datetime" | "boolean" | "json";
            /**
             * Meaning
             * @description What a value means to people, where kind, options and types do not say it all
             * @enum {string}
             */
            meaning?: "multiline" | "email" | "phone" | "url" | "country" | "currency" | "language" | "time_zone" | "money" | "percent" | "year" | "month" | "minutes" | "days" | "conditions";
            /**
             * Technical
             * @description For programs, not for people
             */
            technical?: boolean;
            /**
             * Label
             * @description In the language of the answer
             */
            label: string;
            /**
             * Zh
             * @description Where no language was asked for, as is `en`
             */
            zh?: string;
            /** En */
            en?: string;
            /** Filterable */
            filterable?: boolean;
            /** Sortable */
            sortable?: boolean;
            /** Searchable */
            searchable?: boolean;
            /**
             * Writable
             * @description Whether PATCH takes it from this caller
             */
            writable?: boolean;
            /**
             * Edited By
             * @description The command that changes it, where PATCH does not
             */
            edited_by?: string;
            /** Required */
            required?: boolean;
            /** Personal */
            personal?: boolean;
            /**
             * Sensitive
             * @description The log keeps who is shown its values
             */
            sensitive?: boolean;
            /** Options */
            options?: string[];
            /**
             * Option Labels
             * @description option → label
             */
            option_labels?: {
                [key: string]: string;
            };
            /**
             * Ref
             * @description The record type whose ids it holds
             */
            ref?: string | null;
            /**
             * Types
             * @description Those, where they are several
             */
            types?: string[];
            /** @description Of a JSON value: what it holds */
            shape?: components["schemas"]["MetaPart"];
            /**
             * Currency
             * @description Of an amount: the field that holds its currency
             */
            currency?: string | null;
        };
        /** MetaGroup */
        MetaGroup: {
            /** Name */
            name: string;
            /** Label */
            label: string;
        };
        /**
         * MetaLayouts
         * @description Names of fields, in order. The small ones are for a telephone.
         */
        MetaLayouts: {
            /** List */
            list: string[];
            /** List Small */
            list_small: string[];
            /** Detail */
            detail: components["schemas"]["MetaSection"][];
            /** Detail Small */
            detail_small: string[];
            /**
             * Create
             * @description What the creating command takes
             */
            create: string[];
            /** Create Small */
            create_small: string[];
        };
        /**
         * MetaPart
         * @description A value that is no field of the record: a part of a command's body, or of a JSON value.
         */
        MetaPart: {
            /**
             * Label
             * @description Of a list and what it holds: the list's
             */
            label?: string;
            /**
             * Kind
             * @enum {string}
             */
            kind: "text" | "keyword" | "keywords" | "integer" | "decimal" | "date" | "datetime" | "boolean" | "json";
            /**
             * Meaning
             * @description What a value means to people, where kind, options and types do not say it all
             * @enum {string}
             */
            meaning?: "multiline" | "email" | "phone" | "url" | "country" | "currency" | "language" | "time_zone" | "money" | "percent" | "year" | "month" | "minutes" | "days" | "conditions";
            /** Options */
            options?: string[];
            /**
             * Option Labels
             * @description option → label
             */
            option_labels?: {
                [key: string]: string;
            };
            /**
             * Types
             * @description The record types whose ids it holds
             */
            types?: string[];
            /** @description Of a list: what it holds */
            items?: components["schemas"]["MetaPart"];
            /** @description Of an object: what it holds under any name */
            values?: components["schemas"]["MetaPart"];
            /**
             * Parts
             * @description Of an object: what it holds under each name
             */
            parts?: {
                [key: string]: components["schemas"]["MetaPart"];
            };
            /**
             * Field
             * @description The field of the record that it sets
             */
            field?: string;
        };
        /**
         * MetaRelation
         * @description A list of other records that name this one: `GET {path of type}?{field}={id}`.
         */
        MetaRelation: {
            /** Type */
            type: string;
            /** Field */
            field: string;
            /** Label */
            label: string;
        };
        /** MetaSection */
        MetaSection: {
            /** Label */
            label: string;
            /** Fields */
            fields: string[];
        };
        /**
         * MetaStages
         * @description The path that a record takes: `field` holds the key of one of the `entries` of the record that `by` names.
         */
        MetaStages: {
            /** Field */
            field: string;
            /** Type */
            type: string;
            /** By */
            by: string;
            /** Entries */
            entries: string;
        };
        /** MetaType */
        MetaType: {
            /** Name */
            name: string;
            /**
             * Label
             * @description One record, in the language of the answer
             */
            label: string;
            /**
             * Plural
             * @description Several records
             */
            plural: string;
            /** Service */
            service: string;
            /**
             * Path
             * @description Where its records are
             */
            path: string;
            /**
             * Title
             * @description The field that names a record
             */
            title: string;
            /**
             * Subtitle
             * @description Fields that tell records of one name apart
             */
            subtitle: string[];
            /**
             * Icon
             * @description A name of the Tabler icons
             */
            icon: string;
            /**
             * Group
             * @description Of the side bar; `groups` has their labels
             */
            group: string;
            /**
             * Board
             * @description The field whose values are the columns of a board
             */
            board: string | null;
            stages: components["schemas"]["MetaStages"] | null;
            /**
             * Rights
             * @description By action
             */
            rights: {
                [key: string]: "none" | "own" | "team" | "below" | "all";
            };
            /** Fields */
            fields: components["schemas"]["MetaField"][];
            /**
             * Custom
             * @description The definitions of its custom fields, which stand among `fields`, too
             */
            custom: {
                [key: string]: unknown;
            }[];
            /** Commands */
            commands: components["schemas"]["MetaCommand"][];
            /** Related */
            related: components["schemas"]["MetaRelation"][];
            layouts: components["schemas"]["MetaLayouts"];
        };
        /** Option */
        Option: {
            /** Value */
            value: string;
            /** Label */
            label: string;
        };
        /** ProblemText */
        ProblemText: {
            /** Status */
            status: number;
            /** Title */
            title: string;
        };
        /** Ready */
        Ready: {
            /**
             * Status
             * @description How the views are. Behind is an answer of 503 only where this process writes them
             * @enum {string}
             */
            status: "ready" | "behind" | "unavailable";
            /**
             * Lag
             * @description Events that the views have not seen yet
             */
            lag: number;
            /**
             * Away
             * @description What does not answer, where the status is unavailable: event store, views, key ring
             */
            away: ("events" | "views" | "keys")[];
            /**
             * Kafka
             * @description Whether the relay of this process reaches Kafka
             * @enum {string}
             */
            kafka: "unused" | "reached" | "away";
            /**
             * Backup
             * @description Whether the archive of this process has all events of a minute ago. Behind is still ready
             * @enum {string}
             */
            backup: "unused" | "archived" | "behind";
            /**
             * Scanner
             * @description The virus scanner of files. Without it new files wait and all else works: still ready
             * @enum {string}
             */
            scanner: "unused" | "reached" | "away";
        };
        /** SearchHit */
        SearchHit: {
            /** Type */
            type: string;
            /** Id */
            id: string;
            /** Title */
            title: string;
            /**
             * Subtitle
             * @description What tells records of one name apart, in the caller's language
             */
            subtitle: string;
            /**
             * Matches
             * @description Where the words stand; not all ways to be found have a place
             */
            matches: components["schemas"]["Match"][];
            /** Record */
            record: {
                [key: string]: unknown;
            };
        };
        /**
         * SearchHitPart
         * @description What `fields` asks for of it.
         */
        SearchHitPart: {
            /** Type */
            type?: string;
            /** Id */
            id?: string;
            /** Title */
            title?: string;
            /** Subtitle */
            subtitle?: string;
            /** Matches */
            matches?: components["schemas"]["Match"][];
            /** Record */
            record?: {
                [key: string]: unknown;
            };
        };
        /** Text */
        Text: {
            /**
             * Text
             * @description With the names of its parameters in braces
             */
            text: string;
            /** Params */
            params: string[];
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
