// Made by scripts/gen-api.mjs from the OpenAPI document of the service: do not edit.
export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** Archive */
        Archive: {
            /**
             * Cause
             * @default
             */
            cause?: string;
        };
        /** ChangeImportMapping */
        ChangeImportMapping: {
            /**
             * Name
             * @default
             */
            name?: string;
            /**
             * Description
             * @default
             */
            description?: string;
            /**
             * Mapping
             * @default
             */
            mapping?: string;
        };
        /** Restore */
        Restore: Record<string, never>;
        /**
         * SaveImportMapping
         * @description mapping: the YAML (or JSON) text, see the import guide.
         * @example {
         *       "mapping": "name: Trade fair\nsteps:\n- name: accounts\n  file: accounts.csv\n  resource: account\n  fields: {name: Company}\n",
         *       "name": "Accounts of the trade fair"
         *     }
         */
        SaveImportMapping: {
            /** Name */
            name: string;
            /**
             * Description
             * @default
             */
            description?: string;
            /** Mapping */
            mapping: string;
        };
        /** SetTags */
        SetTags: {
            /**
             * Add
             * @default []
             */
            add?: string[];
            /**
             * Remove
             * @default []
             */
            remove?: string[];
        };
        /**
         * Transfer
         * @description Give the record to another user; null = to nobody.
         */
        Transfer: {
            /** Owner */
            owner: string | null;
        };
        /**
         * Undo
         * @description Take back the change that made `version`; with `first`, all changes from that version on, as one.
         */
        Undo: {
            /** Version */
            version: number;
            /**
             * First
             * @default null
             */
            first?: number | null;
        };
        /** Link */
        ActivityLink: {
            /**
             * Type
             * @enum {string}
             */
            type: "account" | "contact" | "lead" | "opportunity";
            /** Id */
            id: string;
        };
        /** Participant */
        ActivityParticipant: {
            /**
             * Type
             * @enum {string}
             */
            type: "user" | "contact" | "lead";
            /** Id */
            id: string;
            /**
             * Response
             * @enum {string}
             */
            response: "" | "accepted" | "declined" | "tentative";
        };
        /** @description Fields that were not asked for, or that are hidden from the caller, are left out */
        ActivityPart: {
            /** Format: uuid */
            id: string;
            version: number;
            /**
             * Kind · 类型
             * @description `task` Task, `call` Call, `meeting` Meeting, `note` Note, `email` E-mail
             * @enum {string}
             */
            kind?: "task" | "call" | "meeting" | "note" | "email";
            /** Subject · 主题 */
            subject?: string;
            /** Body · 内容 */
            body?: string;
            /** Location · 地点 */
            location?: string;
            /**
             * From · 发件人
             * @description "" = none
             */
            sender?: string;
            /** To · 收件人 */
            recipients?: string[];
            /**
             * Status · 状态
             * @description `open` Open, `done` Done, `cancelled` Cancelled
             * @enum {string}
             */
            status?: "open" | "done" | "cancelled";
            /**
             * Start · 开始
             * Format: date-time
             */
            start?: string | null;
            /**
             * Due · 截止
             * Format: date-time
             */
            due?: string | null;
            /**
             * Due on · 截止日
             * Format: date
             * @description YYYY-MM-DD
             */
            due_on?: string | null;
            /**
             * Completed · 完成时间
             * Format: date-time
             */
            completed_at?: string | null;
            /**
             * At · 时间
             * Format: date-time
             */
            at?: string;
            /** Duration (minutes) · 时长（分钟） */
            duration?: number | null;
            /**
             * Direction · 方向
             * @description `inbound` Inbound, `outbound` Outbound, "" = none
             * @enum {string}
             */
            direction?: "inbound" | "outbound" | "";
            /**
             * Priority · 优先级
             * @description `low` Low, `normal` Normal, `high` High
             * @enum {string}
             */
            priority?: "low" | "normal" | "high";
            /**
             * Linked records · 相关记录
             * @description The id of account or contact or lead or opportunity
             */
            links?: string[];
            /** Linked records with types · 相关记录及类型 */
            linked_to?: components["schemas"]["ActivityLink"][];
            /** Participants · 参与人 */
            participants?: components["schemas"]["ActivityParticipant"][];
            /**
             * Participant ids · 参与人编号
             * @description The id of user or contact or lead
             */
            invited?: string[];
            /**
             * Mentioned users · 提及的用户
             * @description The id of user
             */
            mentions?: string[];
            /**
             * Persons ever involved · 曾涉及的人
             * @description The id of contact or lead
             */
            about?: string[];
            /**
             * Owner · 负责人
             * @description The id of user
             */
            owner?: string | null;
            /** Tags · 标签 */
            tags?: string[];
            /** Archived · 已归档 */
            archived?: boolean;
            /** Erased · 已抹除 */
            erased?: boolean;
            /**
             * Created · 创建时间
             * Format: date-time
             */
            created_at?: string;
            /**
             * Created by · 创建人
             * @description The id of user, "" = none
             */
            created_by?: string;
            /**
             * Updated · 更新时间
             * Format: date-time
             */
            updated_at?: string;
            /**
             * Updated by · 更新人
             * @description The id of user, "" = none
             */
            updated_by?: string;
            /** Custom fields · 自定义字段 */
            custom?: Record<string, never>;
            /** Custom text · 自定义文本 */
            custom_text?: string;
            /** Formulas · 公式 */
            formulas?: Record<string, never>;
            /** @description With `names`: the titles of the records that are named here, by id */
            names?: {
                [key: string]: string;
            };
            /** @description With `rights`: what you may do with the record in its present state */
            rights?: {
                read: boolean;
                /** @description Whether the edit in place is open */
                edit: boolean;
                /** @description Fields that you cannot change now */
                fields: string[];
                commands: {
                    [key: string]: boolean;
                };
            };
        };
        /**
         * @description With all its fields
         * @example {
         *       "kind": "task",
         *       "subject": "Send the offer 发送报价",
         *       "body": "",
         *       "location": "",
         *       "sender": "",
         *       "recipients": [],
         *       "status": "open",
         *       "start": null,
         *       "due": "2026-12-01T09:00:00+08:00",
         *       "due_on": null,
         *       "completed_at": null,
         *       "at": "1970-01-01T00:00:00.000000Z",
         *       "duration": null,
         *       "direction": "",
         *       "priority": "normal",
         *       "links": [],
         *       "linked_to": [],
         *       "participants": [],
         *       "invited": [],
         *       "mentions": [],
         *       "about": [],
         *       "owner": null,
         *       "tags": [],
         *       "archived": false,
         *       "erased": false,
         *       "created_at": "2026-11-24T01:30:00.000000Z",
         *       "created_by": "",
         *       "updated_at": "2026-11-24T01:30:00.000000Z",
         *       "updated_by": "",
         *       "custom": {},
         *       "id": "0193a7c2-7b1e-7cc3-9a54-0f2b7f0a4c11",
         *       "version": 1
         *     }
         */
        Activity: WithRequired<components["schemas"]["ActivityPart"], "id" | "version" | "kind" | "subject" | "body" | "location" | "sender" | "recipients" | "status" | "start" | "due" | "due_on" | "completed_at" | "at" | "duration" | "direction" | "priority" | "links" | "linked_to" | "participants" | "invited" | "mentions" | "about" | "owner" | "tags" | "archived" | "erased" | "created_at" | "created_by" | "updated_at" | "updated_by" | "custom">;
        /** @description Fields that were not asked for, or that are hidden from the caller, are left out */
        ImportMappingPart: {
            /** Format: uuid */
            id: string;
            version: number;
            /** Name · 名称 */
            name?: string;
            /** Description · 说明 */
            description?: string;
            /** Mapping · 映射 */
            mapping?: string;
            /**
             * Owner · 负责人
             * @description The id of user
             */
            owner?: string | null;
            /** Tags · 标签 */
            tags?: string[];
            /** Archived · 已归档 */
            archived?: boolean;
            /** Erased · 已抹除 */
            erased?: boolean;
            /**
             * Created · 创建时间
             * Format: date-time
             */
            created_at?: string;
            /**
             * Created by · 创建人
             * @description The id of user, "" = none
             */
            created_by?: string;
            /**
             * Updated · 更新时间
             * Format: date-time
             */
            updated_at?: string;
            /**
             * Updated by · 更新人
             * @description The id of user, "" = none
             */
            updated_by?: string;
            /** Custom fields · 自定义字段 */
            custom?: Record<string, never>;
            /** Custom text · 自定义文本 */
            custom_text?: string;
            /** Formulas · 公式 */
            formulas?: Record<string, never>;
            /** @description With `names`: the titles of the records that are named here, by id */
            names?: {
                [key: string]: string;
            };
            /** @description With `rights`: what you may do with the record in its present state */
            rights?: {
                read: boolean;
                /** @description Whether the edit in place is open */
                edit: boolean;
                /** @description Fields that you cannot change now */
                fields: string[];
                commands: {
                    [key: string]: boolean;
                };
            };
        };
        /**
         * @description With all its fields
         * @example {
         *       "name": "Accounts of the trade fair",
         *       "description": "",
         *       "mapping": "name: Trade fair\nsteps:\n- name: accounts\n  file: accounts.csv\n  resource: account\n  fields: {name: Company}\n",
         *       "owner": null,
         *       "tags": [],
         *       "archived": false,
         *       "erased": false,
         *       "created_at": "2026-11-24T01:30:00.000000Z",
         *       "created_by": "",
         *       "updated_at": "2026-11-24T01:30:00.000000Z",
         *       "updated_by": "",
         *       "custom": {},
         *       "id": "0193a7c2-7b1e-7cc3-9a54-0f2b7f0a4c11",
         *       "version": 1
         *     }
         */
        ImportMapping: WithRequired<components["schemas"]["ImportMappingPart"], "id" | "version" | "name" | "description" | "mapping" | "owner" | "tags" | "archived" | "erased" | "created_at" | "created_by" | "updated_at" | "updated_by" | "custom">;
        ImportMappingPage: {
            items: (components["schemas"]["ImportMapping"] | components["schemas"]["ImportMappingPart"])[];
            /** @description The cursor of the next page */
            next: string | null;
            /** @description With `names`: the titles of the records that are named here, by id */
            names?: {
                [key: string]: string;
            };
        };
        /**
         * @example {
         *       "id": "0193a7c2-7b1e-7cc3-9a54-0f2b7f0a4c11",
         *       "version": 2,
         *       "undo": {
         *         "method": "POST",
         *         "path": "/service/records/0193a7c2-7b1e-7cc3-9a54-0f2b7f0a4c11/undo",
         *         "body": {
         *           "version": 2
         *         },
         *         "label": "Undo this change"
         *       }
         *     }
         */
        Changed: {
            /** Format: uuid */
            id: string;
            version: number;
            /** @description The request that takes the change back, to be sent as it is; null = `undo_reason` says why not */
            undo: {
                /** @enum {string} */
                method: "POST" | "PATCH";
                path: string;
                body: Record<string, never>;
                /** @description In the language of the caller's `Accept-Language` */
                label: string;
            } | null;
            /** @description Why `undo` is null; absent where it is not */
            undo_reason?: {
                code: string;
                message: string;
            };
        };
        HistoryEntry: {
            version: number;
            event_id: string;
            /** @description Of the event, with its domain */
            type: string;
            /** Format: date-time */
            occurred_at: string;
            /** Format: date-time */
            recorded_at: string;
            actor: string;
            on_behalf_of: string;
            /** @description The id that the changes of one request share */
            command: string;
            /** @description With its service, as in `/meta` */
            command_name: string;
            correlation_id: string;
            causation_id: string;
            reason: string;
            /** @description field → its value before and after; custom ones as `custom.<name>` */
            changes: {
                [key: string]: {
                    from?: unknown;
                    to?: unknown;
                };
            };
            undoable: boolean;
            /** @description The request that takes the change back, to be sent as it is; null = `undo_reason` says why not */
            undo: {
                /** @enum {string} */
                method: "POST" | "PATCH";
                path: string;
                body: Record<string, never>;
                /** @description In the language of the caller's `Accept-Language` */
                label: string;
            } | null;
            /** @description Why `undo` is null; absent where it is not */
            undo_reason?: {
                code: string;
                message: string;
            };
        };
        History: {
            items: components["schemas"]["HistoryEntry"][];
            /** @description The cursor of the next page */
            next: string | null;
            /** @description With `names`: the titles of the records that are named here, by id */
            names?: {
                [key: string]: string;
            };
        };
        /**
         * EraseImport
         * @description Make name, mapping, file names and rejected rows unreadable for good. The import can no longer be reverted.
         */
        EraseImport: Record<string, never>;
        /**
         * PauseImport
         * @description The rows in hand are finished first.
         */
        PauseImport: {
            /**
             * Reason
             * @default
             */
            reason?: string;
        };
        /** ResumeImport */
        ResumeImport: Record<string, never>;
        /**
         * RevertImport
         * @description Records it created are archived, changes it made are undone; what others changed since is listed and left.
         */
        RevertImport: Record<string, never>;
        /** @description Fields that were not asked for, or that are hidden from the caller, are left out */
        ImportPart: {
            /** Format: uuid */
            id: string;
            version: number;
            /** Name · 名称 */
            name?: string;
            /**
             * Status · 状态
             * @description `running` Running, `paused` Paused, `completed` Completed, `failed` Failed, `reverting` Being taken back, `reverted` Taken back
             * @enum {string}
             */
            status?: "running" | "paused" | "completed" | "failed" | "reverting" | "reverted";
            /** Mapping · 映射 */
            mapping?: string;
            /** Files · 文件 */
            files?: {
                [key: string]: unknown;
            }[];
            /** Rows · 总行数 */
            total?: number;
            /** Steps · 步骤 */
            steps?: {
                [key: string]: unknown;
            }[];
            /** Created · 新建 */
            created?: number;
            /** Updated · 更新 */
            updated?: number;
            /** Unchanged · 未变 */
            unchanged?: number;
            /** Passed over · 略过 */
            passed?: number;
            /** Rejected · 拒绝 */
            rejected?: number;
            /** Warnings · 警告 */
            warnings?: number;
            /** Reason · 原因 */
            reason?: string;
            /**
             * Reverted by · 撤回人
             * @description The id of user, "" = none
             */
            reverter?: string;
            /** Outcome of the revert · 撤回结果 */
            reverted?: {
                [key: string]: number;
            };
            /** Sample data · 示例数据 */
            sample?: boolean;
            /**
             * Owner · 负责人
             * @description The id of user
             */
            owner?: string | null;
            /** Tags · 标签 */
            tags?: string[];
            /** Archived · 已归档 */
            archived?: boolean;
            /** Erased · 已抹除 */
            erased?: boolean;
            /**
             * Created · 创建时间
             * Format: date-time
             */
            created_at?: string;
            /**
             * Created by · 创建人
             * @description The id of user, "" = none
             */
            created_by?: string;
            /**
             * Updated · 更新时间
             * Format: date-time
             */
            updated_at?: string;
            /**
             * Updated by · 更新人
             * @description The id of user, "" = none
             */
            updated_by?: string;
            /** Custom fields · 自定义字段 */
            custom?: Record<string, never>;
            /** Custom text · 自定义文本 */
            custom_text?: string;
            /** Formulas · 公式 */
            formulas?: Record<string, never>;
            /** @description With `names`: the titles of the records that are named here, by id */
            names?: {
                [key: string]: string;
            };
            /** @description With `rights`: what you may do with the record in its present state */
            rights?: {
                read: boolean;
                /** @description Whether the edit in place is open */
                edit: boolean;
                /** @description Fields that you cannot change now */
                fields: string[];
                commands: {
                    [key: string]: boolean;
                };
            };
        };
        /**
         * @description With all its fields
         * @example {
         *       "name": "",
         *       "status": "running",
         *       "mapping": "",
         *       "files": [],
         *       "total": 0,
         *       "steps": [],
         *       "created": 0,
         *       "updated": 0,
         *       "unchanged": 0,
         *       "passed": 0,
         *       "rejected": 0,
         *       "warnings": 0,
         *       "reason": "",
         *       "reverter": "",
         *       "reverted": {},
         *       "sample": false,
         *       "owner": null,
         *       "tags": [],
         *       "archived": false,
         *       "erased": false,
         *       "created_at": "2026-11-24T01:30:00.000000Z",
         *       "created_by": "",
         *       "updated_at": "2026-11-24T01:30:00.000000Z",
         *       "updated_by": "",
         *       "custom": {},
         *       "id": "0193a7c2-7b1e-7cc3-9a54-0f2b7f0a4c11",
         *       "version": 1
         *     }
         */
        Import: WithRequired<components["schemas"]["ImportPart"], "id" | "version" | "name" | "status" | "mapping" | "files" | "total" | "steps" | "created" | "updated" | "unchanged" | "passed" | "rejected" | "warnings" | "reason" | "reverter" | "reverted" | "sample" | "owner" | "tags" | "archived" | "erased" | "created_at" | "created_by" | "updated_at" | "updated_by" | "custom">;
        ImportPage: {
            items: (components["schemas"]["Import"] | components["schemas"]["ImportPart"])[];
            /** @description The cursor of the next page */
            next: string | null;
            /** @description With `names`: the titles of the records that are named here, by id */
            names?: {
                [key: string]: string;
            };
        };
        /**
         * CancelBulk
         * @description End it for good. What it did so far stands, and can be reverted.
         */
        CancelBulk: Record<string, never>;
        /**
         * EraseBulk
         * @description Make body, filter and failed records unreadable for good. The act can no longer be reverted.
         */
        EraseBulk: Record<string, never>;
        /**
         * PauseBulk
         * @description The records in hand are finished first.
         */
        PauseBulk: {
            /**
             * Reason
             * @default
             */
            reason?: string;
        };
        /** ResumeBulk */
        ResumeBulk: Record<string, never>;
        /**
         * RevertBulk
         * @description Undo its change of each record; where the same fields were changed since, the record is listed and left.
         */
        RevertBulk: Record<string, never>;
        /** @description Fields that were not asked for, or that are hidden from the caller, are left out */
        BulkPart: {
            /** Format: uuid */
            id: string;
            version: number;
            /**
             * Record type · 记录类型
             * @description "" = none
             */
            record_type?: string;
            /**
             * Command · 命令
             * @description "" = none
             */
            command?: string;
            /** Body · 内容 */
            body?: {
                [key: string]: unknown;
            };
            /** Filters · 筛选条件 */
            filters?: {
                [key: string]: unknown;
            };
            /** Why · 说明 */
            why?: string;
            /**
             * Status · 状态
             * @description `running` Running, `paused` Paused, `completed` Completed, `failed` Failed, `cancelled` Cancelled, `reverting` Being taken back, `reverted` Taken back
             * @enum {string}
             */
            status?: "running" | "paused" | "completed" | "failed" | "cancelled" | "reverting" | "reverted";
            /** Records · 记录数 */
            total?: number;
            /** Changed · 已更改 */
            changed?: number;
            /** Unchanged · 未变 */
            unchanged?: number;
            /** Failed · 失败 */
            failed?: number;
            /** Reason · 原因 */
            reason?: string;
            /**
             * Reverted by · 撤回人
             * @description The id of user, "" = none
             */
            reverter?: string;
            /** Outcome of the revert · 撤回结果 */
            reverted?: {
                [key: string]: number;
            };
            /**
             * Owner · 负责人
             * @description The id of user
             */
            owner?: string | null;
            /** Tags · 标签 */
            tags?: string[];
            /** Archived · 已归档 */
            archived?: boolean;
            /** Erased · 已抹除 */
            erased?: boolean;
            /**
             * Created · 创建时间
             * Format: date-time
             */
            created_at?: string;
            /**
             * Created by · 创建人
             * @description The id of user, "" = none
             */
            created_by?: string;
            /**
             * Updated · 更新时间
             * Format: date-time
             */
            updated_at?: string;
            /**
             * Updated by · 更新人
             * @description The id of user, "" = none
             */
            updated_by?: string;
            /** Custom fields · 自定义字段 */
            custom?: Record<string, never>;
            /** Custom text · 自定义文本 */
            custom_text?: string;
            /** Formulas · 公式 */
            formulas?: Record<string, never>;
            /** @description With `names`: the titles of the records that are named here, by id */
            names?: {
                [key: string]: string;
            };
            /** @description With `rights`: what you may do with the record in its present state */
            rights?: {
                read: boolean;
                /** @description Whether the edit in place is open */
                edit: boolean;
                /** @description Fields that you cannot change now */
                fields: string[];
                commands: {
                    [key: string]: boolean;
                };
            };
        };
        /**
         * @description With all its fields
         * @example {
         *       "record_type": "",
         *       "command": "",
         *       "body": {},
         *       "filters": {},
         *       "why": "",
         *       "status": "running",
         *       "total": 0,
         *       "changed": 0,
         *       "unchanged": 0,
         *       "failed": 0,
         *       "reason": "",
         *       "reverter": "",
         *       "reverted": {},
         *       "owner": null,
         *       "tags": [],
         *       "archived": false,
         *       "erased": false,
         *       "created_at": "2026-11-24T01:30:00.000000Z",
         *       "created_by": "",
         *       "updated_at": "2026-11-24T01:30:00.000000Z",
         *       "updated_by": "",
         *       "custom": {},
         *       "id": "0193a7c2-7b1e-7cc3-9a54-0f2b7f0a4c11",
         *       "version": 1
         *     }
         */
        Bulk: WithRequired<components["schemas"]["BulkPart"], "id" | "version" | "record_type" | "command" | "body" | "filters" | "why" | "status" | "total" | "changed" | "unchanged" | "failed" | "reason" | "reverter" | "reverted" | "owner" | "tags" | "archived" | "erased" | "created_at" | "created_by" | "updated_at" | "updated_by" | "custom">;
        BulkPage: {
            items: (components["schemas"]["Bulk"] | components["schemas"]["BulkPart"])[];
            /** @description The cursor of the next page */
            next: string | null;
            /** @description With `names`: the titles of the records that are named here, by id */
            names?: {
                [key: string]: string;
            };
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
        /** BulkChange */
        BulkChange: {
            /** Id */
            id: string;
            /** Title */
            title: string;
            /**
             * Changes
             * @description field → {from, to}, as it would be
             */
            changes: {
                [key: string]: unknown;
            };
        };
        /** BulkFailure */
        BulkFailure: {
            /** Id */
            id: string;
            /**
             * Title
             * @description Of the record; empty where the caller does not see it
             */
            title: string;
            /**
             * Errors
             * @description What is wrong: field, code, message
             */
            errors: {
                [key: string]: string;
            }[];
        };
        /**
         * BulkOutcome
         * @description Progress while it runs, else the report. A revert has `reverted`, a failure `error`, a preview `sample`.
         */
        BulkOutcome: {
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /**
             * Status
             * @enum {string}
             */
            status: "running" | "paused" | "completed" | "failed" | "cancelled" | "reverting" | "reverted" | "dry-run";
            /**
             * Record Type
             * @default
             */
            record_type?: string;
            /**
             * Command
             * @default
             */
            command?: string;
            /**
             * Doing
             * @description What it does now
             * @default
             */
            doing?: string;
            /**
             * Done
             * @description Records so far
             * @default 0
             */
            done?: number;
            /**
             * Total
             * @default 0
             */
            total?: number;
            /**
             * Rejected
             * @description Records that failed so far, while a preview runs
             * @default 0
             */
            rejected?: number;
            /**
             * Changed
             * @default 0
             */
            changed?: number;
            /**
             * Unchanged
             * @description Records that were so already
             * @default 0
             */
            unchanged?: number;
            /**
             * Failed
             * @description Records that were refused the command
             * @default 0
             */
            failed?: number;
            /**
             * Failures
             * @description The first ones that failed
             * @default []
             */
            failures?: components["schemas"]["BulkFailure"][];
            /**
             * Sample
             * @description Of a preview: the first records that would change
             * @default []
             */
            sample?: components["schemas"]["BulkChange"][];
            /**
             * Reverted
             * @description Records: archived, undone, left
             * @default {}
             */
            reverted?: {
                [key: string]: number;
            };
            /**
             * Left
             * @description The first records that a revert left as they are
             * @default []
             */
            left?: {
                [key: string]: unknown;
            }[];
            /**
             * Error
             * @default
             */
            error?: string;
            /**
             * Reason
             * @description Why it was paused
             * @default
             */
            reason?: string;
        };
        /**
         * BulkRequest
         * @description One command on many records: on those of the ids, or on all that the filters find.
         *
         *     type: the record type. command: the word or the name of one of its commands, as `/meta` gives them under `in_bulk`.
         *     filters: the parameters of the record type's list. expected_count: how many records the caller expects, which
         *     filters need.
         */
        BulkRequest: {
            /** Type */
            type: string;
            /** Command */
            command: string;
            /**
             * Body
             * @default {}
             */
            body?: {
                [key: string]: unknown;
            };
            /**
             * Ids
             * @default null
             */
            ids?: string[] | null;
            /**
             * Filters
             * @default null
             */
            filters?: {
                [key: string]: unknown;
            } | null;
            /**
             * Expected Count
             * @default null
             */
            expected_count?: number | null;
        };
        /**
         * ColumnMatch
         * @description A column and what it may become.
         */
        ColumnMatch: {
            /** Column */
            column: string;
            /**
             * Samples
             * @description Different values of it, five at most
             */
            samples: string[];
            /**
             * Field
             * @description As in a mapping; `account.name` is one of the row's company; empty = left out
             */
            field: string;
            /**
             * Confidence
             * @description 0 to 1: that this is right
             */
            confidence: number;
            /**
             * Reason
             * @description What speaks for it, in the caller's language
             */
            reason: string;
        };
        /**
         * ImportOutcome
         * @description Progress while a dry run is checked, else the report. A revert has `reverted`, a failure `error`.
         */
        ImportOutcome: {
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /**
             * Status
             * @enum {string}
             */
            status: "running" | "paused" | "completed" | "failed" | "reverting" | "reverted" | "dry-run";
            /**
             * Doing
             * @description The step it works on
             * @default
             */
            doing?: string;
            /**
             * Done
             * @description Rows so far
             * @default 0
             */
            done?: number;
            /**
             * Total
             * @default 0
             */
            total?: number;
            /**
             * Totals
             * @description Rows and what became of them, over all steps
             * @default {}
             */
            totals?: {
                [key: string]: number;
            };
            /**
             * Steps
             * @description Each step: name, resource, file, time_zone, and its counts
             * @default []
             */
            steps?: {
                [key: string]: unknown;
            }[];
            /**
             * Rejected
             * @description The first rejected rows, with their cells; their number while it runs
             * @default []
             */
            rejected?: {
                [key: string]: unknown;
            }[] | number;
            /**
             * Warnings
             * @description Step, field and code → how often
             * @default {}
             */
            warnings?: {
                [key: string]: number;
            };
            /**
             * Warned
             * @description The first rows that were taken with a warning
             * @default []
             */
            warned?: {
                [key: string]: unknown;
            }[];
            /**
             * Names
             * @description Of a preview: titles of the records and people that it names, by id
             * @default {}
             */
            names?: {
                [key: string]: string;
            };
            /**
             * Reverted
             * @description Records: archived, undone, left
             * @default {}
             */
            reverted?: {
                [key: string]: number;
            };
            /**
             * Left
             * @description The first records that a revert left as they are
             * @default []
             */
            left?: {
                [key: string]: unknown;
            }[];
            /**
             * Error
             * @default
             */
            error?: string;
            /**
             * Reason
             * @description Why it was paused or stopped
             * @default
             */
            reason?: string;
        };
        /** InspectedFile */
        InspectedFile: {
            /** Name */
            name: string;
            /** Encoding */
            encoding: string;
            /**
             * Confidence
             * @description 0 to 1: that the encoding is right
             */
            confidence: number;
            /** Delimiter */
            delimiter: string;
            /**
             * Skip
             * @description Lines before the header
             */
            skip: number;
            /** Columns */
            columns: string[];
            /** Rows */
            rows: number;
            /** Bytes */
            bytes: number;
            /** Sha256 */
            sha256: string;
            /**
             * Samples
             * @description The first rows, by column
             */
            samples: {
                [key: string]: string;
            }[];
            /**
             * Resource
             * @description The record type: as asked for, or the likeliest; empty = none suits
             * @default
             */
            resource?: string;
            /**
             * Matches
             * @description Each column, in the order of the file
             * @default []
             */
            matches?: components["schemas"]["ColumnMatch"][];
            /**
             * Fields
             * @description Which an import of this record type may fill
             * @default []
             */
            fields?: string[];
            /**
             * Suggestion
             * @description A mapping to begin with; empty where no type suits
             * @default {}
             */
            suggestion?: {
                [key: string]: unknown;
            };
        };
        /** PutInSampleData */
        PutInSampleData: {
            /**
             * Language
             * @enum {string}
             */
            language: "en" | "zh-CN" | "zh-TW";
            /**
             * Size
             * @description Deals to make; the rest follows from that
             * @default 200
             */
            size?: number;
        };
        /** SampleDataState */
        SampleDataState: {
            /**
             * State
             * @enum {string}
             */
            state: "off" | "loading" | "on" | "paused" | "failed" | "removing";
            /**
             * Import
             * @description The import that put it in; its progress is `/imports/{id}/events`
             * @default null
             */
            import?: string | null;
            /**
             * Created
             * @description Records made
             * @default null
             */
            created?: number | null;
            /**
             * Left
             * @description Records that stayed when it was taken out, since people changed them: `/imports/{id}/left.csv`
             * @default null
             */
            left?: number | null;
        };
        /** StartedBulk */
        StartedBulk: {
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /**
             * Version
             * @description Of the act; absent for a preview, which is no record
             * @default 1
             */
            version?: number;
            /**
             * Count
             * @description Its records, which are fixed now
             */
            count: number;
        };
        /** StartedImport */
        StartedImport: {
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /**
             * Version
             * @description Of the import; absent for a dry run, which is no record
             * @default 1
             */
            version?: number;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
type WithRequired<T, K extends keyof T> = T & {
    [P in K]-?: T[P];
};
export type operations = Record<string, never>;
