// Made by scripts/gen-api.mjs from the OpenAPI document of the service: do not edit.
export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** ChangeOrganisation */
        ChangeOrganisation: {
            /**
             * Name
             * @default
             */
            name?: string;
            /**
             * Language
             * @default en
             * @enum {string}
             */
            language?: "zh" | "en";
            /**
             * Time Zone
             * @default UTC
             */
            time_zone?: string;
            /**
             * Currency
             * @default USD
             * @example CNY
             */
            currency?: string;
            /**
             * Fiscal Year Start
             * @default 1
             */
            fiscal_year_start?: number;
            /**
             * Country
             * @default
             * @example CN
             */
            country?: string;
            /**
             * Request Days
             * @default 30
             */
            request_days?: number;
            /**
             * Erase By Request
             * @default false
             */
            erase_by_request?: boolean;
            /**
             * Second Factor
             * @default optional
             * @enum {string}
             */
            second_factor?: "optional" | "administrators" | "everybody";
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
        OrganisationPart: {
            /** Format: uuid */
            id: string;
            version: number;
            /** Name · 名称 */
            name?: string;
            /**
             * Language · 语言
             * @description `zh` Chinese, `en` English
             * @enum {string}
             */
            language?: "zh" | "en";
            /** Time zone · 时区 */
            time_zone?: string;
            /**
             * Currency · 币种
             * @description "" = none
             */
            currency?: string;
            /** First month of the fiscal year · 财年起始月份 */
            fiscal_year_start?: number;
            /**
             * Country · 国家/地区
             * @description "" = none
             */
            country?: string;
            /** Days to answer people's requests · 个人信息请求答复天数 */
            request_days?: number;
            /** Two people approve each erasure of a person · 抹除须两人批准 */
            erase_by_request?: boolean;
            /**
             * Who needs a second factor · 须使用两步验证的人
             * @description `optional` Nobody must, `administrators` Administrators, `everybody` Everybody
             * @enum {string}
             */
            second_factor?: "optional" | "administrators" | "everybody";
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
         *       "language": "en",
         *       "time_zone": "UTC",
         *       "currency": "",
         *       "fiscal_year_start": 1,
         *       "country": "",
         *       "request_days": 30,
         *       "erase_by_request": false,
         *       "second_factor": "optional",
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
        Organisation: WithRequired<components["schemas"]["OrganisationPart"], "id" | "version" | "name" | "language" | "time_zone" | "currency" | "fiscal_year_start" | "country" | "request_days" | "erase_by_request" | "second_factor" | "tags" | "archived" | "erased" | "created_at" | "created_by" | "updated_at" | "updated_by" | "custom">;
        OrganisationPage: {
            items: (components["schemas"]["Organisation"] | components["schemas"]["OrganisationPart"])[];
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
        /** Archive */
        Archive: {
            /**
             * Cause
             * @default
             */
            cause?: string;
        };
        /**
         * AssignRoles
         * @description The roles the user has from now on, instead of the former.
         */
        AssignRoles: {
            /** Roles */
            roles: string[];
        };
        /**
         * ChangeEmail
         * @description The name the user signs in with.
         */
        ChangeEmail: {
            /**
             * Email
             * @example li.lei@example.com
             */
            email: string;
        };
        /**
         * ChangeProfile
         * @description The plain fields; the e-mail address is a sign-in name and has a command of its own.
         */
        ChangeProfile: {
            /**
             * Name
             * @default
             */
            name?: string;
            /**
             * Phone
             * @default
             * @example +861012345678
             */
            phone?: string;
            /**
             * Language
             * @default en
             * @enum {string}
             */
            language?: "zh" | "en";
            /**
             * Time Zone
             * @default
             */
            time_zone?: string;
            /** Custom */
            custom?: {
                [key: string]: unknown;
            };
        };
        /**
         * DeactivateUser
         * @description They have left. Hand their work over as well.
         */
        DeactivateUser: Record<string, never>;
        /**
         * EraseUser
         * @description Name, e-mail and phone become unreadable, in backups too. The user must have left.
         */
        EraseUser: Record<string, never>;
        /**
         * HandOverUser
         * @description Open work of the user gets another owner, record by record. What is finished stays with who did it: closed deals,
         *     done activities, converted and disqualified leads.
         */
        HandOverUser: {
            /**
             * To
             * @example 0193a7c2-7b1e-7cc3-9a54-0f2b7f0a4c11
             */
            to: string;
        };
        /**
         * InviteListedUser
         * @description A user known from an import gets an e-mail address and may sign in once they have accepted.
         */
        InviteListedUser: {
            /**
             * Email
             * @example li.lei@example.com
             */
            email: string;
            /** Roles */
            roles?: string[];
        };
        /**
         * InviteUser
         * @description They may sign in once they have accepted; `POST /identity/users/{id}/invitation` makes the link.
         * @example {
         *       "email": "li.lei@example.com",
         *       "name": "李雷",
         *       "roles": [
         *         "sales_representative"
         *       ]
         *     }
         */
        InviteUser: {
            /** Name */
            name: string;
            /**
             * Phone
             * @default
             * @example +861012345678
             */
            phone?: string;
            /**
             * Language
             * @default en
             * @enum {string}
             */
            language?: "zh" | "en";
            /**
             * Time Zone
             * @default
             */
            time_zone?: string;
            /** Roles */
            roles?: string[];
            /** Teams */
            teams?: string[];
            /**
             * Manager
             * @default null
             */
            manager?: string | null;
            /** Custom */
            custom?: {
                [key: string]: unknown;
            };
            /**
             * Email
             * @example li.lei@example.com
             */
            email: string;
        };
        /**
         * MoveToTeams
         * @description The teams the user is in from now on, instead of the former.
         */
        MoveToTeams: {
            /** Teams */
            teams: string[];
        };
        /** ReactivateUser */
        ReactivateUser: Record<string, never>;
        /**
         * ResetSecondFactor
         * @description They signed in by it and have lost it: the password suffices, until they set up another one.
         */
        ResetSecondFactor: Record<string, never>;
        /** Restore */
        Restore: Record<string, never>;
        /**
         * SetManager
         * @description Whom the user reports to; null = nobody. Who has rights "below" sees the work of all who report to them.
         */
        SetManager: {
            /** Manager */
            manager: string | null;
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
         * SuspendUser
         * @description Nothing of theirs works until they are reactivated.
         */
        SuspendUser: Record<string, never>;
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
        /** @description Fields that were not asked for, or that are hidden from the caller, are left out */
        UserPart: {
            /** Format: uuid */
            id: string;
            version: number;
            /** Name · 姓名 */
            name?: string;
            /**
             * E-mail · 邮箱
             * @description "" = none
             */
            email?: string;
            /**
             * Phone · 电话
             * @description "" = none
             */
            phone?: string;
            /**
             * Language · 语言
             * @description `zh` Chinese, `en` English
             * @enum {string}
             */
            language?: "zh" | "en";
            /**
             * Time zone · 时区
             * @description "" = none
             */
            time_zone?: string;
            /**
             * Roles · 角色
             * @description The id of role
             */
            roles?: string[];
            /**
             * Teams · 团队
             * @description The id of team
             */
            teams?: string[];
            /**
             * Manager · 上级
             * @description The id of user
             */
            manager?: string | null;
            /**
             * Status · 状态
             * @description `listed` Not invited, `invited` Invited, `active` Active, `suspended` Suspended, `deactivated` Deactivated
             * @enum {string}
             */
            status?: "listed" | "invited" | "active" | "suspended" | "deactivated";
            /** Second factor · 两步验证 */
            second_factor?: boolean;
            /** Has joined · 已加入 */
            joined?: boolean;
            /** Generation of rights · 权限代次 */
            epoch?: number;
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
         *       "name": "李雷",
         *       "email": "li.lei@example.com",
         *       "phone": "",
         *       "language": "en",
         *       "time_zone": "",
         *       "roles": [
         *         "sales_representative"
         *       ],
         *       "teams": [],
         *       "manager": null,
         *       "status": "listed",
         *       "second_factor": false,
         *       "joined": false,
         *       "epoch": 0,
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
        User: WithRequired<components["schemas"]["UserPart"], "id" | "version" | "name" | "email" | "phone" | "language" | "time_zone" | "roles" | "teams" | "manager" | "status" | "second_factor" | "joined" | "epoch" | "tags" | "archived" | "erased" | "created_at" | "created_by" | "updated_at" | "updated_by" | "custom">;
        UserPage: {
            items: (components["schemas"]["User"] | components["schemas"]["UserPart"])[];
            /** @description The cursor of the next page */
            next: string | null;
            /** @description With `names`: the titles of the records that are named here, by id */
            names?: {
                [key: string]: string;
            };
        };
        /** ChangeTeamDetails */
        ChangeTeamDetails: {
            /** Leads */
            leads?: string[];
            /** Custom */
            custom?: {
                [key: string]: unknown;
            };
            /**
             * Name
             * @default
             */
            name?: string;
        };
        /**
         * CreateTeam
         * @example {
         *       "name": "华东销售部"
         *     }
         */
        CreateTeam: {
            /** Leads */
            leads?: string[];
            /** Custom */
            custom?: {
                [key: string]: unknown;
            };
            /** Name */
            name: string;
            /**
             * Parent
             * @default null
             */
            parent?: string | null;
        };
        /**
         * SetParentTeam
         * @description Place the team under another one; null = at the top.
         */
        SetParentTeam: {
            /** Parent */
            parent: string | null;
        };
        /** @description Fields that were not asked for, or that are hidden from the caller, are left out */
        TeamPart: {
            /** Format: uuid */
            id: string;
            version: number;
            /** Name · 名称 */
            name?: string;
            /**
             * Parent · 上级团队
             * @description The id of team
             */
            parent?: string | null;
            /**
             * Leads · 负责人
             * @description The id of user
             */
            leads?: string[];
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
         *       "name": "华东销售部",
         *       "parent": null,
         *       "leads": [],
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
        Team: WithRequired<components["schemas"]["TeamPart"], "id" | "version" | "name" | "parent" | "leads" | "tags" | "archived" | "erased" | "created_at" | "created_by" | "updated_at" | "updated_by" | "custom">;
        TeamPage: {
            items: (components["schemas"]["Team"] | components["schemas"]["TeamPart"])[];
            /** @description The cursor of the next page */
            next: string | null;
            /** @description With `names`: the titles of the records that are named here, by id */
            names?: {
                [key: string]: string;
            };
        };
        /** ChangeRole */
        ChangeRole: {
            /**
             * Zh
             * @default
             */
            zh?: string;
            /**
             * En
             * @default
             */
            en?: string;
            /**
             * Description
             * @default
             */
            description?: string;
            /** Grants */
            grants?: {
                [key: string]: {
                    [key: string]: "none" | "own" | "team" | "below" | "all";
                };
            };
            /** Hidden */
            hidden?: {
                [key: string]: string[];
            };
            /** Read Only */
            read_only?: {
                [key: string]: string[];
            };
        };
        /**
         * DefineRole
         * @description grants: resource ("*" = any) → action ("*" = any) → how far. hidden, read_only: resource → fields.
         * @example {
         *       "en": "Channel manager",
         *       "grants": {
         *         "account": {
         *           "edit": "team",
         *           "read": "all"
         *         },
         *         "opportunity": {
         *           "read": "below"
         *         }
         *       },
         *       "hidden": {
         *         "opportunity": [
         *           "amount"
         *         ]
         *       },
         *       "read_only": {
         *         "account": [
         *           "tax_id"
         *         ]
         *       },
         *       "zh": "渠道经理"
         *     }
         */
        DefineRole: {
            /** Zh */
            zh: string;
            /** En */
            en: string;
            /**
             * Description
             * @default
             */
            description?: string;
            /** Grants */
            grants?: {
                [key: string]: {
                    [key: string]: "none" | "own" | "team" | "below" | "all";
                };
            };
            /** Hidden */
            hidden?: {
                [key: string]: string[];
            };
            /** Read Only */
            read_only?: {
                [key: string]: string[];
            };
        };
        /** @description Fields that were not asked for, or that are hidden from the caller, are left out */
        RolePart: {
            /** Format: uuid */
            id: string;
            version: number;
            /** Name · 名称 */
            name?: string;
            /** Chinese name · 中文名称 */
            zh?: string;
            /** English name · 英文名称 */
            en?: string;
            /** Description · 说明 */
            description?: string;
            /** Rights · 权限 */
            grants?: {
                [key: string]: {
                    [key: string]: "none" | "own" | "team" | "below" | "all";
                };
            };
            /** Hidden fields · 隐藏字段 */
            hidden?: {
                [key: string]: string[];
            };
            /** Read-only fields · 只读字段 */
            read_only?: {
                [key: string]: string[];
            };
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
         *       "zh": "渠道经理",
         *       "en": "Channel manager",
         *       "description": "",
         *       "grants": {},
         *       "hidden": {},
         *       "read_only": {},
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
        Role: WithRequired<components["schemas"]["RolePart"], "id" | "version" | "name" | "zh" | "en" | "description" | "grants" | "hidden" | "read_only" | "tags" | "archived" | "erased" | "created_at" | "created_by" | "updated_at" | "updated_by" | "custom">;
        RolePage: {
            items: (components["schemas"]["Role"] | components["schemas"]["RolePart"])[];
            /** @description The cursor of the next page */
            next: string | null;
            /** @description With `names`: the titles of the records that are named here, by id */
            names?: {
                [key: string]: string;
            };
        };
        /**
         * CorrectExchangeRate
         * @description Deals keep the rate that they were closed with; `apply-rate` brings them the corrected one.
         */
        CorrectExchangeRate: {
            /**
             * Rate
             * @example 0.0067
             */
            rate: string | number;
        };
        /**
         * SetExchangeRate
         * @description One unit of `currency` is `rate` units of `into` from that day on. into: null = the organisation's currency.
         * @example {
         *       "currency": "JPY",
         *       "day": "2026-11-24",
         *       "rate": "0.0067"
         *     }
         */
        SetExchangeRate: {
            /**
             * Currency
             * @example CNY
             */
            currency: string;
            /**
             * Day
             * @example 2026-11-24
             */
            day: string;
            /**
             * Rate
             * @example 0.0067
             */
            rate: string | number;
            /**
             * Into
             * @default null
             */
            into?: string | null;
        };
        /** @description Fields that were not asked for, or that are hidden from the caller, are left out */
        ExchangeRatePart: {
            /** Format: uuid */
            id: string;
            version: number;
            /** Currency · 币种 */
            currency?: string;
            /**
             * Into currency · 兑换币种
             * @description "" = none
             */
            into?: string;
            /**
             * Day · 日期
             * @description YYYY-MM-DD
             */
            day?: string;
            /**
             * Rate · 汇率
             * @description A decimal number as text
             */
            rate?: string;
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
         *       "currency": "JPY",
         *       "into": "",
         *       "day": "2026-11-24",
         *       "rate": "0.0067",
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
        ExchangeRate: WithRequired<components["schemas"]["ExchangeRatePart"], "id" | "version" | "currency" | "into" | "day" | "rate" | "tags" | "archived" | "erased" | "created_at" | "created_by" | "updated_at" | "updated_by" | "custom">;
        ExchangeRatePage: {
            items: (components["schemas"]["ExchangeRate"] | components["schemas"]["ExchangeRatePart"])[];
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
        /**
         * AcceptInvitation
         * @example {
         *       "password": "seven kinds of boxes",
         *       "token": "0193a7c2.0193a7c2.JZ1kT9"
         *     }
         */
        AcceptInvitation: {
            /** Token */
            token: string;
            /** Password */
            password: string;
        };
        /** Accepted */
        Accepted: {
            /** Email */
            email: string;
        };
        /** ApiKeyPage */
        ApiKeyPage: {
            /** Items */
            items: components["schemas"]["OwnApiKey"][];
            /** Next */
            next: string | null;
        };
        /** BegunSecondFactor */
        BegunSecondFactor: {
            /**
             * Secret
             * @description In base32, for an app that reads no QR code; shown this once
             */
            secret: string;
            /**
             * Uri
             * @description `otpauth://totp/…`, for a QR code; good for 15 minutes
             */
            uri: string;
        };
        /** ConfirmedSecondFactor */
        ConfirmedSecondFactor: {
            /**
             * Recovery Codes
             * @description Each good for one sign-in; only their hashes are kept
             */
            recovery_codes: string[];
            /** Access Token */
            access_token: string;
            /**
             * Token Type
             * @constant
             */
            token_type: "Bearer";
            /**
             * Expires In
             * @description Seconds
             */
            expires_in: number;
            /**
             * Session
             * @description The session's id
             */
            session: string;
            /**
             * Refresh Token
             * @description Absent where the cookie alone has it: asked for with `cookie`, or used for this refresh
             * @default
             */
            refresh_token?: string;
        };
        /** Explained */
        Explained: {
            /** Resource */
            resource: string;
            /** Id */
            id: string;
            /** Owner */
            owner: string | null;
            /** User */
            user: string;
            /**
             * Relation
             * @enum {string}
             */
            relation: "own" | "team" | "below" | "none";
            /** Visible */
            visible: boolean;
            /** Rights */
            rights: components["schemas"]["Right"][];
            /** Hidden */
            hidden: string[];
            /** Read Only */
            read_only: string[];
        };
        /** FieldsIf */
        FieldsIf: {
            /** Resource */
            resource: string;
            /** Shown */
            shown: string[];
            /** Hidden */
            hidden: string[];
            /**
             * Opened
             * @description May be changed from then on
             */
            opened: string[];
            /** Locked */
            locked: string[];
        };
        /**
         * FirstCode
         * @description cookie: as at a sign-in.
         * @example {
         *       "code": "123456"
         *     }
         */
        FirstCode: {
            /** Code */
            code: string;
            /**
             * Cookie
             * @default false
             */
            cookie?: boolean;
        };
        /** Followed */
        Followed: {
            /** Type */
            type: string;
            /** Id */
            id: string;
            /** Title */
            title: string;
            /** Since */
            since?: string;
        };
        /** FollowedRecords */
        FollowedRecords: {
            /** Items */
            items: components["schemas"]["Followed"][];
        };
        /** Foreseen */
        Foreseen: {
            /**
             * People
             * @description For whom something changes
             */
            people: number;
            /** Gaining */
            gaining: number;
            /** Losing */
            losing: number;
            /**
             * Items
             * @description The first 100, by name; last, those whom you may not see
             */
            items: components["schemas"]["PersonIf"][];
        };
        /** Invitation */
        Invitation: {
            /**
             * Token
             * @description Shown this once; only its hash is kept
             */
            token: string;
            /**
             * Path
             * @description Of the page where the invited person chooses a password
             */
            path: string;
            /** Expires At */
            expires_at: string;
        };
        /** IssuedApiKey */
        IssuedApiKey: {
            /** Id */
            id: string;
            /** Version */
            version: number;
            /**
             * Key
             * @description Shown this once; only its digest is kept
             */
            key: string;
            /** Expires At */
            expires_at: string;
        };
        /**
         * Known
         * @description The keys that every client understands. Others are kept as they are.
         */
        Known: {
            /**
             * Locale
             * @default null
             */
            locale?: ("en" | "zh-CN" | "zh-TW") | null;
            /**
             * Time Zone
             * @default null
             */
            time_zone?: string | null;
            /**
             * Scheme
             * @default null
             */
            scheme?: ("light" | "dark" | "system") | null;
            /**
             * Density
             * @default null
             */
            density?: ("compact" | "comfortable" | "spacious") | null;
            /**
             * Pins
             * @default []
             */
            pins?: components["schemas"]["Pin"][];
            /**
             * Dismissed
             * @default []
             */
            dismissed?: string[];
        } & {
            [key: string]: unknown;
        };
        /** Me */
        Me: {
            /** Tenant */
            tenant: string;
            /** User */
            user: {
                [key: string]: unknown;
            };
            /** Organisation */
            organisation: {
                [key: string]: unknown;
            };
            second_factor: components["schemas"]["MySecondFactor"];
            /** Roles */
            roles: components["schemas"]["OwnRole"][];
            /**
             * Rights
             * @description record type → action → own, team, below or all
             */
            rights: {
                [key: string]: {
                    [key: string]: string;
                };
            };
            /**
             * Hidden
             * @description record type → fields you do not see
             */
            hidden: {
                [key: string]: string[];
            };
            /**
             * Read Only
             * @description record type → fields you may not change
             */
            read_only: {
                [key: string]: string[];
            };
            /**
             * Position
             * @description what is read from now on holds all up to here: `/changes` tells the rest
             */
            position: number;
        };
        /** MySecondFactor */
        MySecondFactor: {
            /** Enabled */
            enabled: boolean;
            /**
             * Required
             * @description Whether the organisation asks you for one
             */
            required: boolean;
        };
        /**
         * NewApiKey
         * @description expires_at: left out = in 90 days; after a year at most.
         * @example {
         *       "name": "Nightly export",
         *       "role": "read_only",
         *       "scopes": {
         *         "types": [
         *           "account"
         *         ]
         *       }
         *     }
         */
        NewApiKey: {
            /** Name */
            name: string;
            /**
             * Role
             * @example 0193a7c2-7b1e-7cc3-9a54-0f2b7f0a4c11
             */
            role: string;
            scopes?: components["schemas"]["Scopes"];
            /**
             * Expires At
             * @default null
             */
            expires_at?: string | null;
        };
        /**
         * NewPassword
         * @description cookie: as at a sign-in.
         * @example {
         *       "current": "correct horse battery",
         *       "new": "seven kinds of boxes"
         *     }
         */
        NewPassword: {
            /** Current */
            current: string;
            /** New */
            new: string;
            /**
             * Cookie
             * @default false
             */
            cookie?: boolean;
        };
        /**
         * NewSecret
         * @description expires_at: left out = in 90 days; after a year at most.
         */
        NewSecret: {
            /**
             * Expires At
             * @default null
             */
            expires_at?: string | null;
        };
        /**
         * NewSession
         * @description cookie: keep the refresh token out of the answer's body; the cookie alone has it. code: of the second factor,
         *     where the user has one: of their app, or a recovery code; blanks and hyphens do not matter.
         * @example {
         *       "email": "li.lei@example.com",
         *       "password": "correct horse battery"
         *     }
         */
        NewSession: {
            /** Email */
            email: string;
            /** Password */
            password: string;
            /**
             * Cookie
             * @default false
             */
            cookie?: boolean;
            /**
             * Code
             * @default
             */
            code?: string;
        };
        /**
         * NoteRecents
         * @description items: the records that were opened, the newest first.
         */
        NoteRecents: {
            /** Items */
            items: components["schemas"]["Opened"][];
        };
        /** NotificationItem */
        NotificationItem: {
            /** Id */
            id: string;
            /** Version */
            version: number;
            /**
             * Kind
             * @enum {string}
             */
            kind: "assigned" | "mentioned" | "followed" | "due" | "erasure" | "security";
            /**
             * Type
             * @description Of the record
             */
            type: string;
            /** Record */
            record: string;
            /** Title */
            title: string;
            /**
             * By
             * @description The user who did it; empty where a day came
             */
            by: string;
            /** By Name */
            by_name: string;
            /** Event */
            event: string;
            /** At */
            at: string;
            /**
             * Many
             * @description The act concerned more records than this one
             */
            many: boolean;
            /** Read */
            read: boolean;
            /** Position */
            position: number;
        };
        /** NotificationPage */
        NotificationPage: {
            /** Items */
            items: components["schemas"]["NotificationItem"][];
            /** Next */
            next: string | null;
            /**
             * Unread
             * @description Unread ones that you may see; 100 = as many or more
             */
            unread: number;
        };
        /**
         * NotificationsToRead
         * @description ids: some of them. up_to: all whose position is not behind this one, as the newest that was shown.
         * @example {
         *       "up_to": 4811
         *     }
         */
        NotificationsToRead: {
            /** Ids */
            ids?: string[];
            /**
             * Up To
             * @default 0
             */
            up_to?: number;
        };
        /** Onboarding */
        Onboarding: {
            /**
             * Steps
             * @description Those that you have the right to do, in order
             */
            steps: components["schemas"]["OnboardingStep"][];
            /** Done */
            done: number;
            /** Total */
            total: number;
        };
        /** OnboardingStep */
        OnboardingStep: {
            /** Name */
            name: string;
            /** Label */
            label: string;
            /** Hint */
            hint: string;
            /**
             * Method
             * @enum {string}
             */
            method: "GET" | "POST" | "PATCH";
            /**
             * Path
             * @description Of the request that does it
             */
            path: string;
            /** Done */
            done: boolean;
            /**
             * At
             * @description The moment it was done; null = it is still to do
             */
            at: string | null;
        };
        /** Opened */
        Opened: {
            /** Type */
            type: string;
            /** Id */
            id: string;
        };
        /** OwnApiKey */
        OwnApiKey: {
            /** Id */
            id: string;
            /**
             * Name
             * @default
             */
            name?: string;
            /**
             * Owner
             * @description Who made it, and in whose name it acts
             * @default
             */
            owner?: string;
            /**
             * Role
             * @default
             */
            role?: string;
            scopes: components["schemas"]["Scopes"];
            /**
             * Created At
             * @default
             */
            created_at?: string;
            /**
             * Expires At
             * @default
             */
            expires_at?: string;
            /**
             * Used At
             * @description When it was used last, to the hour
             * @default null
             */
            used_at?: string | null;
            /**
             * Revoked
             * @default false
             */
            revoked?: boolean;
        };
        /**
         * OwnPassword
         * @example {
         *       "password": "correct horse battery"
         *     }
         */
        OwnPassword: {
            /** Password */
            password: string;
        };
        /** OwnRole */
        OwnRole: {
            /** Id */
            id: string;
            /** Zh */
            zh: string;
            /** En */
            en: string;
        };
        /** OwnSecondFactor */
        OwnSecondFactor: {
            /** Enabled */
            enabled: boolean;
            /** Since */
            since: string | null;
            /** Recovery Codes Left */
            recovery_codes_left: number;
            /**
             * Required
             * @description Whether the organisation asks you for one
             */
            required: boolean;
        };
        /** OwnSession */
        OwnSession: {
            /** Id */
            id: string;
            /** Device */
            device: string;
            /** Ip */
            ip: string;
            /** Method */
            method: string;
            /** Created At */
            created_at: string;
            /**
             * Updated At
             * @description When it was last refreshed
             */
            updated_at: string;
            /** Expires At */
            expires_at: string;
            /**
             * Current
             * @description Whether it is the one this request belongs to
             */
            current: boolean;
        };
        /** OwnSessions */
        OwnSessions: {
            /** Items */
            items: components["schemas"]["OwnSession"][];
        };
        /**
         * PasswordAndCode
         * @description code: of the app, or a recovery code.
         * @example {
         *       "code": "123456",
         *       "password": "correct horse battery"
         *     }
         */
        PasswordAndCode: {
            /** Password */
            password: string;
            /** Code */
            code: string;
        };
        /** PersonIf */
        PersonIf: {
            /**
             * Id
             * @description Empty where you may not see the user
             */
            id: string;
            /**
             * Name
             * @description Empty where you may not see the user
             */
            name: string;
            /** Gains */
            gains: components["schemas"]["RightIf"][];
            /** Losses */
            losses: components["schemas"]["RightIf"][];
            /** Fields */
            fields: components["schemas"]["FieldsIf"][];
            /**
             * Records
             * @description Of record types that you read whole; of the first 20 people
             */
            records: components["schemas"]["RecordsIf"][];
        };
        /**
         * Pin
         * @description A record, or a place of the client (`/o/opportunity?view=…`).
         */
        Pin: {
            /**
             * Type
             * @default
             */
            type?: string;
            /**
             * Id
             * @default
             */
            id?: string;
            /**
             * Path
             * @default
             */
            path?: string;
            /**
             * Title
             * @default
             */
            title?: string;
        };
        /** ReadCount */
        ReadCount: {
            /** Read */
            read: number;
        };
        /** Recent */
        Recent: {
            /** Type */
            type: string;
            /** Id */
            id: string;
            /** Title */
            title: string;
            /**
             * At
             * Format: date-time
             * @description When you opened it, as your client reported
             */
            at: string;
        };
        /** RecentRecords */
        RecentRecords: {
            /**
             * Items
             * @description The newest first; only those that you still see
             */
            items: components["schemas"]["Recent"][];
        };
        /**
         * RecordToFollow
         * @example {
         *       "id": "01936f00-0000-7000-8000-000000000001",
         *       "type": "account"
         *     }
         */
        RecordToFollow: {
            /** Type */
            type: string;
            /**
             * Id
             * @example 0193a7c2-7b1e-7cc3-9a54-0f2b7f0a4c11
             */
            id: string;
        };
        /** RecordsIf */
        RecordsIf: {
            /** Resource */
            resource: string;
            /**
             * Before
             * @description Records that the person reads
             */
            before: number;
            /** After */
            after: number;
        };
        /** RecoveryCodes */
        RecoveryCodes: {
            /**
             * Recovery Codes
             * @description Each good for one sign-in; only their hashes are kept
             */
            recovery_codes: string[];
        };
        /**
         * RefreshToken
         * @description Left out where the browser's cookie holds it.
         * @example {
         *       "refresh_token": "0193a7c2.0193a7c2.JZ1kT9"
         *     }
         */
        RefreshToken: {
            /**
             * Refresh Token
             * @default
             */
            refresh_token?: string;
        };
        /**
         * RemoveOwnFactor
         * @description code: of the app, or a recovery code. cookie: as at a sign-in.
         * @example {
         *       "code": "123456",
         *       "password": "correct horse battery"
         *     }
         */
        RemoveOwnFactor: {
            /** Password */
            password: string;
            /** Code */
            code: string;
            /**
             * Cookie
             * @default false
             */
            cookie?: boolean;
        };
        /** Right */
        Right: {
            /**
             * Action
             * @enum {string}
             */
            action: "read" | "create" | "edit" | "archive" | "assign" | "merge" | "export" | "import" | "erase" | "reopen" | "manage";
            /**
             * Level
             * @enum {string}
             */
            level: "none" | "own" | "team" | "below" | "all";
            /** Allowed */
            allowed: boolean;
            /**
             * Roles
             * @description The roles that give this level
             */
            roles: string[];
        };
        /** RightIf */
        RightIf: {
            /** Resource */
            resource: string;
            /** Action */
            action: string;
            /**
             * Before
             * @enum {string}
             */
            before: "none" | "own" | "team" | "below" | "all";
            /**
             * After
             * @description The same level: it reaches other people's records
             * @enum {string}
             */
            after: "none" | "own" | "team" | "below" | "all";
        };
        /** RoleChoice */
        RoleChoice: {
            /** Id */
            id: string;
            /** Zh */
            zh: string;
            /** En */
            en: string;
            /** Built In */
            built_in: boolean;
            /**
             * Grants
             * @description record type → action → level
             */
            grants: {
                [key: string]: {
                    [key: string]: string;
                };
            };
            /** Hidden */
            hidden: {
                [key: string]: string[];
            };
            /** Read Only */
            read_only: {
                [key: string]: string[];
            };
        };
        /** RoleChoices */
        RoleChoices: {
            /** Items */
            items: components["schemas"]["RoleChoice"][];
        };
        /**
         * RoleIf
         * @description What is left out stays as it is.
         * @example {
         *       "grants": {
         *         "account": {
         *           "edit": "team",
         *           "read": "all"
         *         }
         *       }
         *     }
         */
        RoleIf: {
            /** Grants */
            grants?: {
                [key: string]: {
                    [key: string]: "none" | "own" | "team" | "below" | "all";
                };
            };
            /** Hidden */
            hidden?: {
                [key: string]: string[];
            };
            /** Read Only */
            read_only?: {
                [key: string]: string[];
            };
            /**
             * Archived
             * @default false
             */
            archived?: boolean;
        };
        /**
         * Scopes
         * @description What of the role the key is for. types: record types and other resources; none = all of the role's.
         */
        Scopes: {
            /**
             * Read Only
             * @default false
             */
            read_only?: boolean;
            /** Types */
            types?: string[];
        };
        /** SessionTokens */
        SessionTokens: {
            /** Access Token */
            access_token: string;
            /**
             * Token Type
             * @constant
             */
            token_type: "Bearer";
            /**
             * Expires In
             * @description Seconds
             */
            expires_in: number;
            /**
             * Session
             * @description The session's id
             */
            session: string;
            /**
             * Refresh Token
             * @description Absent where the cookie alone has it: asked for with `cookie`, or used for this refresh
             * @default
             */
            refresh_token?: string;
        };
        /** SetUp */
        SetUp: {
            /** Tenant */
            tenant: string;
            /** User */
            user: string;
        };
        /**
         * SetUpSuite
         * @example {
         *       "email": "li.lei@example.com",
         *       "language": "zh",
         *       "name": "李雷",
         *       "organisation": "Acme 有限公司",
         *       "password": "seven kinds of boxes",
         *       "token": "JZ1kT9"
         *     }
         */
        SetUpSuite: {
            /** Token */
            token: string;
            /** Organisation */
            organisation: string;
            /** Name */
            name: string;
            /** Email */
            email: string;
            /** Password */
            password: string;
            /**
             * Language
             * @default en
             * @enum {string}
             */
            language?: "zh" | "en";
        };
        /**
         * TeamIf
         * @description What is left out stays as it is.
         * @example {
         *       "archived": true
         *     }
         */
        TeamIf: {
            /**
             * Parent
             * @default null
             */
            parent?: string | null;
            /** Leads */
            leads?: string[];
            /**
             * Archived
             * @default false
             */
            archived?: boolean;
        };
        /**
         * UserIf
         * @description What is left out stays as it is.
         * @example {
         *       "roles": [
         *         "sales_rep"
         *       ]
         *     }
         */
        UserIf: {
            /** Roles */
            roles?: string[];
            /** Teams */
            teams?: string[];
            /**
             * Manager
             * @default null
             */
            manager?: string | null;
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
