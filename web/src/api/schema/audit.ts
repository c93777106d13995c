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
            code: "account-archived" | "active" | "after-version" | "already-set-up" | "ambiguous-key" | "ambiguous-reference" | "amount" | "amount-hidden" | "archived" | "arguments" | "assertion-error" | "bad-boolean" | "bad-date" | "bad-day" | "bad-field" | "bad-filter" | "bad-formula" | "bad-id" | "bad-json" | "bad-key" | "bad-lookup" | "bad-moment" | "bad-name" | "bad-number" | "bad-offset" | "bad-order" | "bad-query" | "bad-range" | "bad-ranges" | "bad-reason" | "bad-request" | "bad-type" | "bad-version" | "before-last" | "before-start" | "belongs-to" | "bool-parsing" | "bool-type" | "broken-csv" | "broken-encoding" | "broken-multipart" | "broken-vcard" | "broken-xlsx" | "broken-yaml" | "bytes-missing" | "cannot-clear" | "changed-since" | "characters" | "checksum" | "chunk-too-small" | "circle" | "closed" | "column" | "computed" | "conflict" | "conversion-changed-since" | "converted" | "converting" | "count-changed" | "country" | "country-ambiguous" | "currency" | "cycle" | "dataclass-type" | "date" | "date-ambiguous" | "date-from-datetime-parsing" | "date-order" | "date-parsing" | "datetime-parsing" | "day" | "deactivated" | "deals" | "decimal-sign" | "default-pipeline" | "dict-type" | "doubled-time" | "duplicate" | "duplicate-key" | "earlier-row-rejected" | "email" | "empty-file" | "encoding-unsure" | "encrypted" | "endless-row" | "engine" | "enum" | "erased" | "extra-forbidden" | "finite-number" | "float-parsing" | "float-type" | "forbidden" | "forbidden-owner" | "frozen-set-type" | "function" | "given-twice" | "greater-than" | "greater-than-equal" | "grouping" | "half-done" | "head-too-large" | "idempotency-key-reused" | "ids-or-filters" | "in-the-future" | "incomplete" | "infected" | "int-from-float" | "int-parsing" | "int-parsing-size" | "int-type" | "internal" | "interval" | "invalid" | "itself" | "json-invalid" | "json-type" | "last-administrator" | "last-stage" | "less-than" | "less-than-equal" | "list-type" | "listed" | "literal-error" | "mapping-type" | "merged" | "method-not-allowed" | "missing" | "missing-file" | "mixed-scripts" | "model-attributes-type" | "model-type" | "moment" | "money" | "name" | "needs-in" | "no-amount" | "no-exchange" | "no-money" | "no-period" | "no-price" | "no-rate" | "no-way-back" | "none-required" | "not-absorbed" | "not-active" | "not-allowed" | "not-an-option" | "not-by-key" | "not-converted" | "not-deactivated" | "not-finite" | "not-for-many" | "not-for-this-kind" | "not-found" | "not-graded" | "not-held" | "not-hideable" | "not-importable" | "not-invited" | "not-listed" | "not-open" | "not-positive" | "not-qualified" | "not-scannable" | "not-scanned" | "not-undoable" | "not-utf-8" | "not-yours" | "nul" | "number" | "number-ambiguous" | "old-excel" | "on" | "one-statement" | "only-now" | "open-opportunities" | "other-count" | "other-currency" | "other-kind" | "out-of-order" | "out-of-range" | "out-of-turn" | "parameter" | "pattern" | "phone" | "phone-country" | "projection-behind" | "quantity" | "rate" | "read-only" | "reason-needed" | "rejected" | "repeated-column" | "repeated-file" | "required" | "required-by-stage" | "revoked" | "same-currency" | "same-user" | "sample-data-present" | "select-only" | "set-type" | "skipped-time" | "stage-gate" | "stage-role" | "string-pattern-mismatch" | "string-too-long" | "string-too-short" | "string-type" | "string-unicode" | "sum-of-lines" | "surrogate" | "syntax" | "time-zone" | "too-common" | "too-deep" | "too-few-columns" | "too-guessable" | "too-large" | "too-long" | "too-many" | "too-many-columns" | "too-many-contacts" | "too-many-files" | "too-many-groups" | "too-many-keys" | "too-many-lines" | "too-many-records" | "too-many-requests" | "too-many-uploads" | "too-many-values" | "too-many-versions" | "too-short" | "too-slow" | "tuple-type" | "type" | "type-not-allowed" | "unassigned" | "unauthenticated" | "unavailable" | "undo-clash" | "union-tag-invalid" | "union-tag-not-found" | "unknown-action" | "unknown-column" | "unknown-command" | "unknown-email" | "unknown-encoding" | "unknown-field" | "unknown-function" | "unknown-kind" | "unknown-line" | "unknown-parameter" | "unknown-position" | "unknown-price" | "unknown-record" | "unknown-reference" | "unknown-resource" | "unknown-stage" | "unknown-version" | "unknown-view" | "unnamed-column" | "unreadable" | "unsupported-media-type" | "unticked" | "unused-file" | "upload-busy" | "upload-ended" | "value" | "value-error" | "version-mismatch" | "view" | "window" | "withdrawn" | "wrong-offset" | "wrong-password" | "wrong-status" | "wrong-type" | "xlsx-bomb" | "xlsx-hostile" | "zone";
            /** Message */
            message: string;
            /** Params */
            params?: {
                [key: string]: unknown;
            };
        } & {
            [key: string]: unknown;
        };
        /** AccessThen */
        AccessThen: {
            /** Record */
            record: string;
            /** User */
            user: string;
            /**
             * At
             * Format: date-time
             */
            at: string;
            /**
             * Existed
             * @description Whether the record was there
             */
            existed: boolean;
            /**
             * Active
             * @description Whether the user could sign in
             */
            active: boolean;
            /** Visible */
            visible: boolean;
            /**
             * Editable
             * @description Whether some command could have changed it
             */
            editable: boolean;
            /** Owner */
            owner: string | null;
            /** Rights */
            rights: components["schemas"]["RightThen"][];
            /**
             * Commands
             * @description Those that rights and the record's state admitted
             */
            commands: string[];
            /**
             * Hidden
             * @description Fields of the record type that the user did not see
             */
            hidden: string[];
            /**
             * Read Only
             * @description Fields that the user could not change, hidden ones too
             */
            read_only: string[];
        };
        /** Backups */
        Backups: {
            /**
             * Archives
             * @description Whether the suite itself archives its events (CRM_BACKUP)
             */
            archives: boolean;
            /**
             * Lag Seconds
             * @description Since the archive had every event; null: it never had
             */
            lag_seconds: number | null;
            /**
             * Problem
             * @description Why events cannot be archived now; empty: they can
             */
            problem: string;
            full: components["schemas"]["ShownBackup"] | null;
            incremental: components["schemas"]["ShownBackup"] | null;
            newest: components["schemas"]["ShownBackup"] | null;
            /** @description The last one; null: there was none */
            drill: components["schemas"]["ShownDrill"] | null;
        };
        /** CauseAct */
        CauseAct: {
            /** Command */
            command: string;
            /** Command Name */
            command_name: string;
            /** Actor */
            actor: string;
            /** On Behalf Of */
            on_behalf_of: string;
            /**
             * Cause
             * @description The event that it reacts to; empty: somebody gave the command
             */
            cause: string;
            /** Events */
            events: components["schemas"]["EventHead"][];
        };
        /** CauseTree */
        CauseTree: {
            /** Event */
            event: string;
            /** @description The import or bulk act of it, if you see it */
            job: components["schemas"]["RecordNamed"] | null;
            /**
             * Acts
             * @description Each after the one that caused it
             */
            acts: components["schemas"]["CauseAct"][];
            /** Names */
            names: {
                [key: string]: string;
            };
            /**
             * Whole
             * @description false: more than 500 events hang together; the first ones are shown
             */
            whole: boolean;
        };
        /** Checkpoints */
        Checkpoints: {
            /** Items */
            items: components["schemas"]["ShownCheckpoint"][];
        };
        /** Consistency */
        Consistency: {
            /** Old Size */
            old_size: number;
            /** New Size */
            new_size: number;
            /**
             * Old Root
             * @description SHA-256
             */
            old_root: string;
            /**
             * New Root
             * @description SHA-256
             */
            new_root: string;
            /**
             * Proof
             * @description RFC 6962 §2.1.2
             */
            proof: string[];
        };
        /**
         * EraseTexts
         * @description Reasons, causes, notes, custom values and filters that were written on that day (UTC), except a person's own.
         */
        EraseTexts: {
            /**
             * Day
             * @example 2026-11-24
             */
            day: string;
        };
        /** EventHead */
        EventHead: {
            /** Position */
            position: number;
            /** Event Id */
            event_id: string;
            /** Type */
            type: string;
            /** Stream */
            stream: string;
            /** Version */
            version: number;
            /** @description null: the stream is no record */
            record: components["schemas"]["RecordNamed"] | null;
            /**
             * Occurred At
             * Format: date-time
             */
            occurred_at: string;
            /**
             * Recorded At
             * Format: date-time
             */
            recorded_at: string;
            /** Actor */
            actor: string;
            /** On Behalf Of */
            on_behalf_of: string;
            /**
             * Command
             * @description The id that the events of one request share
             */
            command: string;
            /** Command Name */
            command_name: string;
            /**
             * Correlation Id
             * @description The id that all that one act led to shares; of a job, its own
             */
            correlation_id: string;
            /**
             * Causation Id
             * @description The event that it reacts to
             */
            causation_id: string;
            /**
             * Readable
             * @description Whether you read the record, and so the contents
             */
            readable: boolean;
            /**
             * Reason
             * @description Empty where you may not read it
             */
            reason: string;
        };
        /** EventPage */
        EventPage: {
            /** Items */
            items: components["schemas"]["LoggedEvent"][];
            /**
             * From
             * @description The position after which the page begins
             */
            from: number;
            /**
             * Position
             * @description Ask with `after` this for what follows
             */
            position: number;
        };
        /** EventProof */
        EventProof: {
            event: components["schemas"]["LoggedEvent"];
            /**
             * Data Sha256
             * @description SHA-256
             */
            data_sha256: string;
            /**
             * Metadata Sha256
             * @description SHA-256
             */
            metadata_sha256: string;
            /**
             * Leaf
             * @description The number of its leaf, from 0
             */
            leaf: number;
            /**
             * Leaf Hash
             * @description SHA-256
             */
            leaf_hash: string;
            /**
             * Size
             * @description Leaves of the tree that it is proven in
             */
            size: number;
            /**
             * Root
             * @description SHA-256
             */
            root: string;
            /**
             * Proof
             * @description RFC 6962 §2.1.1
             */
            proof: string[];
            /**
             * Note
             * @description The checkpoint of that size; empty if none was signed
             */
            note: string;
        };
        /** FieldDifference */
        FieldDifference: {
            /**
             * Field
             * @description Custom ones as `custom.<name>`
             */
            field: string;
            /** From */
            from: unknown;
            /** To */
            to: unknown;
            /** @description The event that set it last */
            set_by: components["schemas"]["SetBy"] | null;
        };
        /**
         * HealParked
         * @description Try every event again that could not be handled.
         */
        HealParked: Record<string, never>;
        /** LoggedEvent */
        LoggedEvent: {
            /** Actor */
            actor: string;
            /** On Behalf Of */
            on_behalf_of?: string;
            /** Command */
            command?: string;
            /** Command Name */
            command_name?: string;
            /** Correlation Id */
            correlation_id?: string;
            /** Causation Id */
            causation_id?: string;
            /** Reason */
            reason?: string;
            /** Traceparent */
            traceparent?: string;
            /** Position */
            position: number;
            /** Event Id */
            event_id: string;
            /** Stream */
            stream: string;
            /** Version */
            version: number;
            /** Type */
            type: string;
            /** Schema Version */
            schema_version: number;
            /** Occurred At */
            occurred_at: string;
            /** Recorded At */
            recorded_at: string;
            /** Data */
            data: {
                [key: string]: unknown;
            };
        };
        /** ParkedEvent */
        ParkedEvent: {
            /** Id */
            id: string;
            /**
             * Stream
             * @description Of the record; before it a reaction or a figure, where that failed
             */
            stream: string;
            /** Event Version */
            event_version: number;
            /** Type */
            type: string;
            /**
             * Error
             * @description Empty for callers from whom fields are hidden
             */
            error: string;
            /**
             * Recorded At
             * Format: date-time
             */
            recorded_at: string;
        };
        /** ParkedEvents */
        ParkedEvents: {
            /** Items */
            items: components["schemas"]["ParkedEvent"][];
            /**
             * Count
             * @description All of them; at most 200 are shown
             */
            count: number;
        };
        /** Reader */
        Reader: {
            /**
             * What
             * @enum {string}
             */
            what: "views" | "figures" | "past" | "reactions" | "warehouse" | "kafka" | "ledger";
            /**
             * Name
             * @description The view, where there are several of the kind; else empty
             */
            name: string;
            /**
             * Position
             * @description Every event up to it was read; null: it does not answer
             */
            position: number | null;
            /**
             * Lag
             * @description Positions of the log behind it
             */
            lag: number | null;
        };
        /** Readers */
        Readers: {
            /**
             * Head
             * @description The position of the newest event
             */
            head: number;
            /** Items */
            items: components["schemas"]["Reader"][];
            /**
             * Views
             * @description What a replay can name
             */
            views: string[];
        };
        /** RecordDifference */
        RecordDifference: {
            /** Record */
            record: string;
            /**
             * From
             * @description The version at the earlier moment; 0: it was not there
             */
            from: number;
            /**
             * To
             * @description The version at the later moment
             */
            to: number;
            /** Fields */
            fields: components["schemas"]["FieldDifference"][];
            /**
             * Names
             * @description Titles of the records and people named, by id
             */
            names: {
                [key: string]: string;
            };
        };
        /** RecordNamed */
        RecordNamed: {
            /** Type */
            type: string;
            /** Id */
            id: string;
            /**
             * Title
             * @description If you may see it
             */
            title?: string;
        };
        /**
         * ReplayViews
         * @description Which views to rebuild; null = all, and the warehouse.
         */
        ReplayViews: {
            /**
             * Views
             * @default null
             */
            views?: string[] | null;
        };
        /** RightThen */
        RightThen: {
            /** Action */
            action: string;
            /** Allowed */
            allowed: boolean;
            /**
             * Because
             * @description Each role that alone gave it
             */
            because: components["schemas"]["RoleGiving"][];
        };
        /** RoleGiving */
        RoleGiving: {
            /** Role */
            role: string;
            /** Zh */
            zh: string;
            /** En */
            en: string;
            /**
             * Level
             * @enum {string}
             */
            level: "own" | "team" | "below" | "all";
            /**
             * By
             * @description How the role reached the record: whose it was, as seen from the user
             * @enum {string}
             */
            by: "everybody" | "own" | "team" | "below" | "share";
            /**
             * Teams
             * @description The names of the teams that user and owner shared
             */
            teams: string[];
        };
        /** SearchPage */
        SearchPage: {
            /** Items */
            items: components["schemas"]["EventHead"][];
            /**
             * Next
             * @description The cursor of the next page; a page may be short and have one
             */
            next: string | null;
            /**
             * Names
             * @description Of the people who did it, by id
             */
            names: {
                [key: string]: string;
            };
            /**
             * Complete
             * @description false: the index is still being filled from the log
             */
            complete: boolean;
        };
        /** SetBy */
        SetBy: {
            /** Event Id */
            event_id: string;
            /** Version */
            version: number;
            /** Type */
            type: string;
            /**
             * Occurred At
             * Format: date-time
             */
            occurred_at: string;
            /** Actor */
            actor: string;
            /** On Behalf Of */
            on_behalf_of: string;
            /** Command Name */
            command_name: string;
            /** Reason */
            reason: string;
        };
        /** ShownBackup */
        ShownBackup: {
            /**
             * Made At
             * Format: date-time
             */
            made_at: string;
            /**
             * Events
             * @description Events of the log up to its end
             */
            events: number;
            /**
             * Root
             * @description The ledger's root over them
             */
            root: string;
        };
        /** ShownCheckpoint */
        ShownCheckpoint: {
            /**
             * Version
             * @description Ask with `after` this for what follows
             */
            version: number;
            /**
             * Size
             * @description Leaves that it covers
             */
            size: number;
            /**
             * Root
             * @description SHA-256
             */
            root: string;
            /**
             * Signed At
             * Format: date-time
             */
            signed_at: string;
            /**
             * Note
             * @description The signed note (C2SP tlog-checkpoint)
             */
            note: string;
            /**
             * Key
             * @description The key that it is signed with, `name+id+key`
             */
            key: string;
        };
        /** ShownDrill */
        ShownDrill: {
            /**
             * At
             * Format: date-time
             */
            at: string;
            /**
             * Ok
             * @description Whether what was restored is what the suite holds
             */
            ok: boolean;
            /** Events */
            events: number;
            /**
             * Rpo Seconds
             * @description How old the oldest event was that the backup did not have
             */
            rpo_seconds: number;
            /**
             * Log Seconds
             * @description Until the log was back
             */
            log_seconds: number;
            /**
             * Views Seconds
             * @description Until all views were back, too, and compared
             */
            views_seconds: number;
            /** Differences */
            differences: string[];
        };
        /** StreamEvents */
        StreamEvents: {
            /** Items */
            items: components["schemas"]["LoggedEvent"][];
        };
        /**
         * VerifyLedger
         * @description Check the events behind a position, up to another one; checkpoints always all.
         */
        VerifyLedger: {
            /**
             * After
             * @default 0
             */
            after?: number;
            /**
             * Up To
             * @default null
             */
            up_to?: number | null;
        };
        /**
         * VerifyViews
         * @description Compare all views of the organisation.
         */
        VerifyViews: Record<string, never>;
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
