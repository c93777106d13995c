// Made by scripts/gen-api.mjs from the OpenAPI document of the service: do not edit.
export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * PlaceHold
         * @description Neither the record nor what is linked to it can be erased until the hold is released.
         * @example {
         *       "cause": "Case 12/2026",
         *       "record": "01936f00-0000-7000-8000-0000000000bb",
         *       "resource": "contact"
         *     }
         */
        PlaceHold: {
            /** Resource */
            resource: string;
            /**
             * Record
             * @example 0193a7c2-7b1e-7cc3-9a54-0f2b7f0a4c11
             */
            record: string;
            /** Cause */
            cause: string;
        };
        /**
         * ReleaseHold
         * @description The record can be erased again, unless another hold is on it. cause: why, which the log keeps.
         */
        ReleaseHold: {
            /**
             * Cause
             * @default
             */
            cause?: string;
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
        LegalHoldPart: {
            /** Format: uuid */
            id: string;
            version: number;
            /** Record type · 记录类型 */
            resource?: string;
            /**
             * Record · 记录
             * @description The id of account or contact or lead or opportunity or user
             */
            record?: string;
            /** Matter · 事由 */
            cause?: string;
            /** Released · 已解除 */
            released?: boolean;
            /** Why released · 解除原因 */
            release_cause?: string;
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
         *       "resource": "contact",
         *       "record": "01936f00-0000-7000-8000-0000000000bb",
         *       "cause": "Case 12/2026",
         *       "released": false,
         *       "release_cause": "",
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
        LegalHold: WithRequired<components["schemas"]["LegalHoldPart"], "id" | "version" | "resource" | "record" | "cause" | "released" | "release_cause" | "tags" | "archived" | "erased" | "created_at" | "created_by" | "updated_at" | "updated_by" | "custom">;
        LegalHoldPage: {
            items: (components["schemas"]["LegalHold"] | components["schemas"]["LegalHoldPart"])[];
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
         * ApproveErasure
         * @description Two people approve, each of whom may erase every record of the person. After the second one the erasure follows.
         *
         *     An earlier approval counts no more where the person's records are others by now, or who gave it may not any more.
         */
        ApproveErasure: Record<string, never>;
        /**
         * ExtendSubjectRequest
         * @description The law allows a later answer in some cases, of which the person is informed.
         */
        ExtendSubjectRequest: {
            /**
             * Due
             * @example 2026-11-24
             */
            due: string;
            /** Cause */
            cause: string;
        };
        /**
         * FulfilSubjectRequest
         * @description What was asked for is done, and the person has the answer. An erasure is fulfilled by itself.
         */
        FulfilSubjectRequest: Record<string, never>;
        /**
         * OpenSubjectRequest
         * @description received: null = today. The answer is due when the organisation's term is over (`request_days`).
         * @example {
         *       "kind": "rectification",
         *       "person": "01936f00-0000-7000-8000-0000000000bb",
         *       "person_type": "contact"
         *     }
         */
        OpenSubjectRequest: {
            /**
             * Kind
             * @enum {string}
             */
            kind: "access" | "rectification" | "erasure" | "restriction";
            /** Person Type */
            person_type: string;
            /**
             * Person
             * @example 0193a7c2-7b1e-7cc3-9a54-0f2b7f0a4c11
             */
            person: string;
            /**
             * Received
             * @default null
             */
            received?: string | null;
            /**
             * Note
             * @default
             */
            note?: string;
        };
        /** RefuseSubjectRequest */
        RefuseSubjectRequest: {
            /** Cause */
            cause: string;
        };
        /**
         * ReopenSubjectRequest
         * @description It was refused, or taken for fulfilled, too early. What was erased stays so.
         */
        ReopenSubjectRequest: Record<string, never>;
        /**
         * TakeUpSubjectRequest
         * @description You handle it from now on.
         */
        TakeUpSubjectRequest: Record<string, never>;
        /** @description Fields that were not asked for, or that are hidden from the caller, are left out */
        SubjectRequestPart: {
            /** Format: uuid */
            id: string;
            version: number;
            /**
             * Request · 请求类型
             * @description `access` Access to own data, `rectification` Rectification, `erasure` Erasure, `restriction` Restriction
             * @enum {string}
             */
            kind?: "access" | "rectification" | "erasure" | "restriction";
            /** Kind of person · 本人记录类型 */
            person_type?: string;
            /**
             * Person · 本人
             * @description The id of contact or lead or user
             */
            person?: string;
            /**
             * Status · 状态
             * @description `opened` Opened, `in_progress` In progress, `approved` Approved, `fulfilled` Fulfilled, `refused` Refused
             * @enum {string}
             */
            status?: "opened" | "in_progress" | "approved" | "fulfilled" | "refused";
            /**
             * Received · 收到日期
             * @description YYYY-MM-DD, "" = none
             */
            received?: string;
            /**
             * Answer due · 答复期限
             * @description YYYY-MM-DD, "" = none
             */
            due?: string;
            /**
             * Handled by · 经办人
             * @description The id of user
             */
            handler?: string | null;
            /**
             * Approved by · 批准人
             * @description The id of user
             */
            approvals?: string[];
            /** Exported · 已导出内容 */
            exported?: {
                [key: string]: number;
            };
            /**
             * Stopped by · 受阻原因
             * @description "" = none
             */
            problem?: string;
            /** Note · 说明 */
            note?: string;
            /** Why refused · 拒绝理由 */
            refusal?: string;
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
         *       "kind": "rectification",
         *       "person_type": "contact",
         *       "person": "01936f00-0000-7000-8000-0000000000bb",
         *       "status": "opened",
         *       "received": "",
         *       "due": "",
         *       "handler": null,
         *       "approvals": [],
         *       "exported": {},
         *       "problem": "",
         *       "note": "",
         *       "refusal": "",
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
        SubjectRequest: WithRequired<components["schemas"]["SubjectRequestPart"], "id" | "version" | "kind" | "person_type" | "person" | "status" | "received" | "due" | "handler" | "approvals" | "exported" | "problem" | "note" | "refusal" | "tags" | "archived" | "erased" | "created_at" | "created_by" | "updated_at" | "updated_by" | "custom">;
        SubjectRequestPage: {
            items: (components["schemas"]["SubjectRequest"] | components["schemas"]["SubjectRequestPart"])[];
            /** @description The cursor of the next page */
            next: string | null;
            /** @description With `names`: the titles of the records that are named here, by id */
            names?: {
                [key: string]: string;
            };
        };
        /**
         * ActivateRetentionRule
         * @description From now on it announces every day. Where people are erased by request alone, two people activate it.
         *
         *     Each has to have the right to erase every record of the type.
         */
        ActivateRetentionRule: Record<string, never>;
        /**
         * AllConditions
         * @description All of them hold.
         */
        AllConditions: {
            /** All */
            all: components["schemas"]["ConditionTree"][];
        };
        /**
         * AnyCondition
         * @description At least one of them holds.
         */
        AnyCondition: {
            /** Any */
            any: components["schemas"]["ConditionTree"][];
        };
        /**
         * ChangeRetentionRule
         * @description While it is inactive: what was announced and approved stays what it was.
         */
        ChangeRetentionRule: {
            /**
             * Conditions
             * @default null
             */
            conditions?: components["schemas"]["ConditionTree"] | null;
            /**
             * Basis
             * @default used
             * @enum {string}
             */
            basis?: "created" | "changed" | "used";
            /**
             * Notice Days
             * @default 14
             */
            notice_days?: number;
            /**
             * Name
             * @default
             */
            name?: string;
            /**
             * Days
             * @default 1
             */
            days?: number;
        };
        /**
         * ConditionOfOne
         * @description `op` left out: `eq`.
         */
        ConditionOfOne: {
            /** Field */
            field: string;
            /**
             * Op
             * @enum {string}
             */
            op?: "eq" | "ne" | "in" | "gt" | "ge" | "lt" | "le" | "prefix" | "contains" | "empty";
            /** Value */
            value: string | number | boolean;
        };
        /**
         * ConditionOfSeveral
         * @description One of several values.
         * @example {
         *       "field": "external_id",
         *       "op": "in",
         *       "value": [
         *         "A-17",
         *         "A-18"
         *       ]
         *     }
         */
        ConditionOfSeveral: {
            /** Field */
            field: string;
            /**
             * Op
             * @constant
             */
            op: "in";
            /** Value */
            value: (string | number | boolean)[];
        };
        ConditionTree: components["schemas"]["ConditionOfSeveral"] | components["schemas"]["ConditionOfOne"] | components["schemas"]["AllConditions"] | components["schemas"]["AnyCondition"] | components["schemas"]["NoCondition"];
        /**
         * CreateRetentionRule
         * @description It does nothing until it is activated. resource: a record type about people, such as contact or lead.
         * @example {
         *       "basis": "used",
         *       "conditions": {
         *         "all": [
         *           {
         *             "field": "status",
         *             "op": "eq",
         *             "value": "disqualified"
         *           }
         *         ]
         *       },
         *       "days": 730,
         *       "name": "Leads nobody needs",
         *       "notice_days": 14,
         *       "resource": "lead"
         *     }
         */
        CreateRetentionRule: {
            /**
             * Conditions
             * @default null
             */
            conditions?: components["schemas"]["ConditionTree"] | null;
            /**
             * Basis
             * @default used
             * @enum {string}
             */
            basis?: "created" | "changed" | "used";
            /**
             * Notice Days
             * @default 14
             */
            notice_days?: number;
            /** Name */
            name: string;
            /** Resource */
            resource: string;
            /** Days */
            days: number;
        };
        /**
         * DeactivateRetentionRule
         * @description It announces nothing more, and what it has announced is not erased.
         */
        DeactivateRetentionRule: Record<string, never>;
        /**
         * NoCondition
         * @description None of them holds.
         */
        NoCondition: {
            /** None */
            none: components["schemas"]["ConditionTree"][];
        };
        /**
         * RemoveRetentionRule
         * @description The log keeps what it did.
         */
        RemoveRetentionRule: Record<string, never>;
        /**
         * AllConditions
         * @description All of them hold.
         */
        RetentionRuleAllConditions: {
            /** All */
            all: components["schemas"]["RetentionRuleConditionTree"][];
        };
        /**
         * AnyCondition
         * @description At least one of them holds.
         */
        RetentionRuleAnyCondition: {
            /** Any */
            any: components["schemas"]["RetentionRuleConditionTree"][];
        };
        /**
         * ConditionOfOne
         * @description `op` left out: `eq`.
         */
        RetentionRuleConditionOfOne: {
            /** Field */
            field: string;
            /**
             * Op
             * @enum {string}
             */
            op?: "eq" | "ne" | "in" | "gt" | "ge" | "lt" | "le" | "prefix" | "contains" | "empty";
            /** Value */
            value: string | number | boolean;
        };
        /**
         * ConditionOfSeveral
         * @description One of several values.
         * @example {
         *       "field": "external_id",
         *       "op": "in",
         *       "value": [
         *         "A-17",
         *         "A-18"
         *       ]
         *     }
         */
        RetentionRuleConditionOfSeveral: {
            /** Field */
            field: string;
            /**
             * Op
             * @constant
             */
            op: "in";
            /** Value */
            value: (string | number | boolean)[];
        };
        RetentionRuleConditionTree: components["schemas"]["RetentionRuleConditionOfSeveral"] | components["schemas"]["RetentionRuleConditionOfOne"] | components["schemas"]["RetentionRuleAllConditions"] | components["schemas"]["RetentionRuleAnyCondition"] | components["schemas"]["RetentionRuleNoCondition"];
        /**
         * NoCondition
         * @description None of them holds.
         */
        RetentionRuleNoCondition: {
            /** None */
            none: components["schemas"]["RetentionRuleConditionTree"][];
        };
        /** @description Fields that were not asked for, or that are hidden from the caller, are left out */
        RetentionRulePart: {
            /** Format: uuid */
            id: string;
            version: number;
            /** Name · 名称 */
            name?: string;
            /** Record type · 记录类型 */
            resource?: string;
            /** Conditions · 条件组 */
            conditions?: components["schemas"]["RetentionRuleConditionTree"] | null;
            /**
             * Counted from · 计时起点
             * @description `created` Its creation, `changed` Its last change, `used` Its last use
             * @enum {string}
             */
            basis?: "created" | "changed" | "used";
            /** Days kept · 保留天数 */
            days?: number;
            /** Days of notice · 预告天数 */
            notice_days?: number;
            /**
             * Status · 状态
             * @description `inactive` Inactive, `proposed` Waits for a second person, `active` Active
             * @enum {string}
             */
            status?: "inactive" | "proposed" | "active";
            /**
             * Approved by · 批准人
             * @description The id of user
             */
            approvals?: string[];
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
         *       "name": "Leads nobody needs",
         *       "resource": "lead",
         *       "conditions": null,
         *       "basis": "used",
         *       "days": 730,
         *       "notice_days": 14,
         *       "status": "inactive",
         *       "approvals": [],
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
        RetentionRule: WithRequired<components["schemas"]["RetentionRulePart"], "id" | "version" | "name" | "resource" | "conditions" | "basis" | "days" | "notice_days" | "status" | "approvals" | "tags" | "archived" | "erased" | "created_at" | "created_by" | "updated_at" | "updated_by" | "custom">;
        RetentionRulePage: {
            items: (components["schemas"]["RetentionRule"] | components["schemas"]["RetentionRulePart"])[];
            /** @description The cursor of the next page */
            next: string | null;
            /** @description With `names`: the titles of the records that are named here, by id */
            names?: {
                [key: string]: string;
            };
        };
        /**
         * CancelRetentionRun
         * @description Nothing more of it is erased, and its records are not announced again before its day; the rule stays active.
         */
        CancelRetentionRun: {
            /**
             * Cause
             * @default
             */
            cause?: string;
        };
        /** @description Fields that were not asked for, or that are hidden from the caller, are left out */
        RetentionRunPart: {
            /** Format: uuid */
            id: string;
            version: number;
            /** Name · 名称 */
            name?: string;
            /**
             * Retention rule · 保留规则
             * @description The id of retention_rule, "" = none
             */
            rule?: string;
            /**
             * Record type · 记录类型
             * @description "" = none
             */
            resource?: string;
            /**
             * Status · 状态
             * @description `announcing` Being listed, `announced` Announced, `erasing` Being erased, `completed` Completed, `cancelled` Cancelled
             * @enum {string}
             */
            status?: "announcing" | "announced" | "erasing" | "completed" | "cancelled";
            /**
             * Announced on · 预告日期
             * @description YYYY-MM-DD, "" = none
             */
            day?: string;
            /**
             * Erased on · 抹除日期
             * Format: date
             * @description YYYY-MM-DD
             */
            due?: string | null;
            /** Records · 记录数 */
            count?: number;
            /** Erased · 已抹除数 */
            erased_count?: number;
            /** Kept · 保留数 */
            kept_count?: number;
            /** Left out · 未抹除数 */
            left_out?: number;
            /** Reason · 原因 */
            cause?: string;
            /**
             * Stopped by · 受阻原因
             * @description "" = none
             */
            code?: string;
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
         *       "rule": "",
         *       "resource": "",
         *       "status": "announcing",
         *       "day": "",
         *       "due": null,
         *       "count": 0,
         *       "erased_count": 0,
         *       "kept_count": 0,
         *       "left_out": 0,
         *       "cause": "",
         *       "code": "",
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
        RetentionRun: WithRequired<components["schemas"]["RetentionRunPart"], "id" | "version" | "name" | "rule" | "resource" | "status" | "day" | "due" | "count" | "erased_count" | "kept_count" | "left_out" | "cause" | "code" | "tags" | "archived" | "erased" | "created_at" | "created_by" | "updated_at" | "updated_by" | "custom">;
        RetentionRunPage: {
            items: (components["schemas"]["RetentionRun"] | components["schemas"]["RetentionRunPart"])[];
            /** @description The cursor of the next page */
            next: string | null;
            /** @description With `names`: the titles of the records that are named here, by id */
            names?: {
                [key: string]: string;
            };
        };
        /**
         * KeepRecord
         * @description The rule leaves the record alone until this is taken back. cause: why, which the log keeps.
         */
        KeepRecord: {
            /** Cause */
            cause: string;
        };
        /**
         * ReleaseRecord
         * @description The rule may announce the record again, with the whole notice.
         */
        ReleaseRecord: Record<string, never>;
        /** @description Fields that were not asked for, or that are hidden from the caller, are left out */
        RetentionNoticePart: {
            /** Format: uuid */
            id: string;
            version: number;
            /**
             * Retention rule · 保留规则
             * @description The id of retention_rule, "" = none
             */
            rule?: string;
            /**
             * Run · 预告批次
             * @description The id of retention_run, "" = none
             */
            run?: string;
            /**
             * Record type · 记录类型
             * @description "" = none
             */
            resource?: string;
            /**
             * Record · 记录
             * @description The id of contact or lead or user, "" = none
             */
            record?: string;
            /**
             * Status · 状态
             * @description `announced` To be erased, `kept` Kept, `released` No longer kept, `erasing` Being erased, `erased` Erased, `left_out` Left out
             * @enum {string}
             */
            status?: "announced" | "kept" | "released" | "erasing" | "erased" | "left_out";
            /** Reason · 原因 */
            cause?: string;
            /**
             * Stopped by · 受阻原因
             * @description "" = none
             */
            code?: string;
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
         *       "rule": "",
         *       "run": "",
         *       "resource": "",
         *       "record": "",
         *       "status": "announced",
         *       "cause": "",
         *       "code": "",
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
        RetentionNotice: WithRequired<components["schemas"]["RetentionNoticePart"], "id" | "version" | "rule" | "run" | "resource" | "record" | "status" | "cause" | "code" | "tags" | "archived" | "erased" | "created_at" | "created_by" | "updated_at" | "updated_by" | "custom">;
        RetentionNoticePage: {
            items: (components["schemas"]["RetentionNotice"] | components["schemas"]["RetentionNoticePart"])[];
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
             * @description Whether one of `commands` could have changed it
             */
            editable: boolean;
            /**
             * Owner
             * @description If you may see it
             */
            owner: string | null;
            /** Rights */
            rights: components["schemas"]["RightThen"][];
            /**
             * Commands
             * @description Those that rights and the record's state admitted, if you see the fields they depend on
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
            /**
             * Listed
             * @description Those at the place of the backups, the newest first
             */
            listed: components["schemas"]["ListedBackup"][];
            /** @description The last one; null: there was none */
            drill: components["schemas"]["ShownDrill"] | null;
            /**
             * Drills
             * @description What the last 26 measured, the oldest first
             */
            drills: components["schemas"]["Measured"][];
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
        /** CountedRecords */
        CountedRecords: {
            /**
             * Records
             * @description The record type's collection
             */
            records: string;
            /** Restored */
            restored: number;
            /**
             * Live
             * @description In the live suite, when it was compared; null: it was not reached
             */
            live: number | null;
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
            /** @description Of an event of the read log */
            read?: components["schemas"]["ReadShown"];
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
        /** EventTypes */
        EventTypes: {
            /** Items */
            items: string[];
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
        /** Known */
        Known: {
            /**
             * Events
             * @description Changes in the log of the person's own records that you read
             */
            events: number;
            /** Sections */
            sections: components["schemas"]["KnownRecords"][];
            /**
             * Left Out
             * @description Record types that the file lacks: you may not read or not export them
             */
            left_out: string[];
        };
        /** KnownRecord */
        KnownRecord: {
            /** Id */
            id: string;
            /** Title */
            title: string;
            /**
             * By
             * @description Fields that name the person; `id`: it is theirs
             */
            by: string[];
        };
        /** KnownRecords */
        KnownRecords: {
            /** Resource */
            resource: string;
            /** Count */
            count: number;
            /**
             * Personal
             * @description One at least is the person's own, which the file holds whole
             */
            personal: boolean;
            /**
             * Whole
             * @description The file holds all of them
             */
            whole: boolean;
            /**
             * Items
             * @description The first 50 that you see
             */
            items: components["schemas"]["KnownRecord"][];
        };
        /** ListedBackup */
        ListedBackup: {
            /**
             * Kind
             * @enum {string}
             */
            kind: "full" | "incremental";
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
        };
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
        /**
         * MakePersonFile
         * @description All that is known about the person, in one file; the log keeps that it was made and what it held.
         */
        MakePersonFile: {
            /**
             * Format
             * @default html
             * @enum {string}
             */
            format?: "json" | "html";
        };
        /** Measured */
        Measured: {
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
        /**
         * PreviewTakingBack
         * @description What is to be taken back: conditions of `GET /audit/search`, which hold at once.
         *
         *     All that one person did, which needs `since`, or all that one act led to (`correlation`).
         */
        PreviewTakingBack: {
            /**
             * Actor
             * @default
             */
            actor?: string;
            /**
             * Correlation
             * @default
             */
            correlation?: string;
            /**
             * Record
             * @default
             */
            record?: string;
            /**
             * About
             * @default
             */
            about?: string;
            /**
             * Type
             * @default
             */
            type?: string;
            /**
             * Category
             * @default
             */
            category?: string;
            /**
             * Command
             * @default
             */
            command?: string;
            /**
             * Reason
             * @default
             */
            reason?: string;
            /**
             * Since
             * @default
             */
            since?: string;
            /**
             * Until
             * @default
             */
            until?: string;
        };
        /** ReadRecord */
        ReadRecord: {
            /** Type */
            type: string;
            /** Id */
            id: string;
            /**
             * Title
             * @description If you may see it
             */
            title?: string;
            /**
             * Times
             * @description How often it was shown within the batch
             */
            times: number;
        };
        /** ReadShown */
        ReadShown: {
            /**
             * Resource
             * @description The record type, or what else rights are granted on
             */
            resource: string;
            /**
             * Records
             * @description In a list the first 3
             */
            records: components["schemas"]["ReadRecord"][];
            /**
             * Count
             * @description Of records, figures, rows, refusals, pages or dropped entries; 0 = not counted
             */
            count: number;
            /**
             * Fields
             * @description The sensitive fields that were shown
             */
            fields: string[];
            /**
             * Route
             * @description What was refused; else empty
             */
            route: string;
            /**
             * Action
             * @description The right that was missing; else empty
             */
            action: string;
            /**
             * Text
             * @description Conditions or SQL; empty for callers from whom fields are hidden
             */
            text: string;
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
        /** RecordToErase */
        RecordToErase: {
            /** Id */
            id: string;
            /** Title */
            title: string;
            /**
             * Updated At
             * @description null: it is hidden from you
             */
            updated_at: string | null;
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
        /** RetentionPreview */
        RetentionPreview: {
            /**
             * Count
             * @description Records that match now
             */
            count: number;
            /**
             * Whole
             * @description All were counted; false: it stopped at 1000 or so that match, or 10000 or so that are old enough
             */
            whole: boolean;
            /**
             * Held
             * @description Of these, kept by a legal hold
             */
            held: number;
            /**
             * Due
             * @description The day on which they were erased, if they were announced today
             */
            due: string;
            /**
             * Records
             * @description The first 20
             */
            records: components["schemas"]["RecordToErase"][];
        };
        /** RightThen */
        RightThen: {
            /** Action */
            action: string;
            /** Allowed */
            allowed: boolean;
            /**
             * Because
             * @description Each role that alone gave it, if you see whose it is and who is where
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
        /**
         * RuleIf
         * @description A rule that nobody has saved yet.
         * @example {
         *       "basis": "used",
         *       "days": 730,
         *       "resource": "lead"
         *     }
         */
        RuleIf: {
            /**
             * Conditions
             * @default null
             */
            conditions?: components["schemas"]["ConditionTree"] | null;
            /**
             * Basis
             * @default used
             * @enum {string}
             */
            basis?: "created" | "changed" | "used";
            /**
             * Notice Days
             * @default 14
             */
            notice_days?: number;
            /** Resource */
            resource: string;
            /** Days */
            days: number;
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
             * @description Of the people and keys who did it, by id
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
        /**
         * ShownDrill
         * @description Counts are of all organisations: only where there is one are they its own to see.
         */
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
            /**
             * Differences
             * @description In the caller's language
             */
            differences: string[];
            /**
             * Counts
             * @description None where the suite has several organisations
             */
            counts: components["schemas"]["CountedRecords"][];
        };
        /** StreamEvents */
        StreamEvents: {
            /** Items */
            items: components["schemas"]["LoggedEvent"][];
        };
        /**
         * TakeBack
         * @description The same, once the preview was looked at. up_to: as it gave it; what came after is not taken back.
         */
        TakeBack: {
            /**
             * Actor
             * @default
             */
            actor?: string;
            /**
             * Correlation
             * @default
             */
            correlation?: string;
            /**
             * Record
             * @default
             */
            record?: string;
            /**
             * About
             * @default
             */
            about?: string;
            /**
             * Type
             * @default
             */
            type?: string;
            /**
             * Category
             * @default
             */
            category?: string;
            /**
             * Command
             * @default
             */
            command?: string;
            /**
             * Reason
             * @default
             */
            reason?: string;
            /**
             * Since
             * @default
             */
            since?: string;
            /**
             * Until
             * @default
             */
            until?: string;
            /** Up To */
            up_to: number;
        };
        /** TakingBackListed */
        TakingBackListed: {
            /**
             * Id
             * @description As `correlation`, it names all that the job did
             */
            id: string;
            /**
             * Status
             * @enum {string}
             */
            status: "running" | "cancelling" | "completed" | "cancelled" | "failed";
            /**
             * By
             * @description The user in whose name it runs
             */
            by: string;
            /**
             * Conditions
             * @description As they were asked for; empty once they were erased
             */
            conditions: {
                [key: string]: string;
            };
            /**
             * Started At
             * Format: date-time
             */
            started_at: string;
            /**
             * Changes
             * @description That it is to take back
             */
            changes: number;
            /** Records */
            records: number;
            /**
             * Done
             * @description Changes that were looked at by now
             */
            done: number;
            /**
             * Undone
             * @description Of these, how many went back
             */
            undone: number;
            /**
             * Left
             * @description How many stay; 0 until it has ended
             */
            left: number;
        };
        /** TakingsBack */
        TakingsBack: {
            /** Items */
            items: components["schemas"]["TakingBackListed"][];
            /**
             * Names
             * @description Of the people who began them
             */
            names: {
                [key: string]: string;
            };
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
type WithRequired<T, K extends keyof T> = T & {
    [P in K]-?: T[P];
};
export type operations = Record<string, never>;
