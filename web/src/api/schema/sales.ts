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
        /**
         * CaptureLead
         * @example {
         *       "company": "Acme 有限公司",
         *       "email": "li@acme.example",
         *       "name": "李雷",
         *       "source": "web"
         *     }
         */
        CaptureLead: {
            /**
             * Name
             * @default
             */
            name?: string;
            /**
             * Given Name
             * @default
             */
            given_name?: string;
            /**
             * Family Name
             * @default
             */
            family_name?: string;
            /**
             * Email
             * @default
             * @example li.lei@example.com
             */
            email?: string;
            /**
             * Phone
             * @default
             * @example +861012345678
             */
            phone?: string;
            /**
             * Mobile
             * @default
             * @example +861012345678
             */
            mobile?: string;
            /**
             * Wechat
             * @default
             */
            wechat?: string;
            /**
             * Salutation
             * @default
             */
            salutation?: string;
            /**
             * Company
             * @default
             */
            company?: string;
            /**
             * Title
             * @default
             */
            title?: string;
            /**
             * Department
             * @default
             */
            department?: string;
            /**
             * Industry
             * @default
             */
            industry?: string;
            /**
             * Website
             * @default
             */
            website?: string;
            /**
             * Country
             * @default
             * @example CN
             */
            country?: string;
            /**
             * Region
             * @default
             */
            region?: string;
            /**
             * City
             * @default
             */
            city?: string;
            /**
             * Postcode
             * @default
             */
            postcode?: string;
            /**
             * Address
             * @default
             */
            address?: string;
            /**
             * Employees
             * @default null
             */
            employees?: number | null;
            /**
             * Annual Revenue
             * @default null
             */
            annual_revenue?: (string | number) | null;
            /**
             * Do Not Call
             * @default false
             */
            do_not_call?: boolean;
            /**
             * Do Not Email
             * @default false
             */
            do_not_email?: boolean;
            /**
             * Source
             * @default
             */
            source?: string;
            /**
             * Score
             * @default null
             */
            score?: number | null;
            /**
             * Description
             * @default
             */
            description?: string;
            /**
             * Amount
             * @default null
             */
            amount?: (string | number) | null;
            /**
             * Currency
             * @default
             * @example CNY
             */
            currency?: string;
            /**
             * External Id
             * @default
             */
            external_id?: string;
            /** Custom */
            custom?: {
                [key: string]: unknown;
            };
            /**
             * Owner
             * @default null
             */
            owner?: string | null;
        };
        /** ChangeLeadDetails */
        ChangeLeadDetails: {
            /**
             * Name
             * @default
             */
            name?: string;
            /**
             * Given Name
             * @default
             */
            given_name?: string;
            /**
             * Family Name
             * @default
             */
            family_name?: string;
            /**
             * Email
             * @default
             * @example li.lei@example.com
             */
            email?: string;
            /**
             * Phone
             * @default
             * @example +861012345678
             */
            phone?: string;
            /**
             * Mobile
             * @default
             * @example +861012345678
             */
            mobile?: string;
            /**
             * Wechat
             * @default
             */
            wechat?: string;
            /**
             * Salutation
             * @default
             */
            salutation?: string;
            /**
             * Company
             * @default
             */
            company?: string;
            /**
             * Title
             * @default
             */
            title?: string;
            /**
             * Department
             * @default
             */
            department?: string;
            /**
             * Industry
             * @default
             */
            industry?: string;
            /**
             * Website
             * @default
             */
            website?: string;
            /**
             * Country
             * @default
             * @example CN
             */
            country?: string;
            /**
             * Region
             * @default
             */
            region?: string;
            /**
             * City
             * @default
             */
            city?: string;
            /**
             * Postcode
             * @default
             */
            postcode?: string;
            /**
             * Address
             * @default
             */
            address?: string;
            /**
             * Employees
             * @default null
             */
            employees?: number | null;
            /**
             * Annual Revenue
             * @default null
             */
            annual_revenue?: (string | number) | null;
            /**
             * Do Not Call
             * @default false
             */
            do_not_call?: boolean;
            /**
             * Do Not Email
             * @default false
             */
            do_not_email?: boolean;
            /**
             * Source
             * @default
             */
            source?: string;
            /**
             * Score
             * @default null
             */
            score?: number | null;
            /**
             * Description
             * @default
             */
            description?: string;
            /**
             * Amount
             * @default null
             */
            amount?: (string | number) | null;
            /**
             * Currency
             * @default
             * @example CNY
             */
            currency?: string;
            /**
             * External Id
             * @default
             */
            external_id?: string;
            /** Custom */
            custom?: {
                [key: string]: unknown;
            };
        };
        /**
         * ConvertLead
         * @description Each of account, contact and opportunity: "new", "none", or the id of an existing one.
         *
         *     account null = "new" if the lead has a company, else "none". The other fields are those of a new opportunity;
         *     amount and currency null = the lead's estimate. allow_duplicate: although an account of the name exists.
         * @example {
         *       "account": "new",
         *       "contact": "new",
         *       "opportunity": "new",
         *       "opportunity_name": "Acme: first order"
         *     }
         */
        ConvertLead: {
            /**
             * Account
             * @default null
             */
            account?: string | null;
            /**
             * Contact
             * @default new
             * @example 0193a7c2-7b1e-7cc3-9a54-0f2b7f0a4c11
             */
            contact?: string;
            /**
             * Opportunity
             * @default none
             * @example 0193a7c2-7b1e-7cc3-9a54-0f2b7f0a4c11
             */
            opportunity?: string;
            /**
             * Role
             * @default decision_maker
             * @enum {string}
             */
            role?: "decision_maker" | "economic_buyer" | "influencer" | "evaluator" | "user" | "other";
            /**
             * Opportunity Name
             * @default
             */
            opportunity_name?: string;
            /**
             * Amount
             * @default null
             */
            amount?: (string | number) | null;
            /**
             * Currency
             * @default
             * @example CNY
             */
            currency?: string;
            /**
             * Close Date
             * @default null
             */
            close_date?: string | null;
            /**
             * Pipeline
             * @default null
             */
            pipeline?: string | null;
            /**
             * Allow Duplicate
             * @default false
             */
            allow_duplicate?: boolean;
        };
        /** DisqualifyLead */
        DisqualifyLead: {
            /** Reason */
            reason: string;
        };
        /**
         * EraseLead
         * @description Destroy the key of everything personal in this lead, in its history and in every backup too. No way back.
         */
        EraseLead: Record<string, never>;
        /** QualifyLead */
        QualifyLead: Record<string, never>;
        /**
         * RecycleLead
         * @description Give a disqualified lead another chance.
         */
        RecycleLead: {
            /**
             * Reason
             * @default
             */
            reason?: string;
        };
        /** Restore */
        Restore: Record<string, never>;
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
        /** StartWorking */
        StartWorking: Record<string, never>;
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
        /**
         * UndoConversion
         * @description Archive what the conversion created and give the lead back; refused where others have worked on it since.
         */
        UndoConversion: Record<string, never>;
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
        /** Conversion */
        LeadConversion: {
            /** Id */
            id: string;
            /**
             * State
             * @enum {string}
             */
            state: "running" | "done" | "failed" | "undone";
            /** Account */
            account: string | null;
            /** Contact */
            contact: string | null;
            /** Opportunity */
            opportunity: string | null;
            /** Created */
            created: string[];
            /** Started At */
            started_at: string;
            /** Failed Reason */
            failed_reason: string;
        };
        /** @description Fields that were not asked for, or that are hidden from the caller, are left out */
        LeadPart: {
            /** Format: uuid */
            id: string;
            version: number;
            /** Name · 姓名 */
            name?: string;
            /** Given name · 名 */
            given_name?: string;
            /** Family name · 姓 */
            family_name?: string;
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
             * Mobile · 手机
             * @description "" = none
             */
            mobile?: string;
            /**
             * WeChat · 微信
             * @description "" = none
             */
            wechat?: string;
            /**
             * Salutation · 称谓
             * @description "" = none
             */
            salutation?: string;
            /** Company · 公司 */
            company?: string;
            /** Job title · 职位 */
            title?: string;
            /** Department · 部门 */
            department?: string;
            /** Industry · 行业 */
            industry?: string;
            /**
             * Website · 网址
             * @description "" = none
             */
            website?: string;
            /**
             * Country · 国家/地区
             * @description "" = none
             */
            country?: string;
            /** State or province · 省/州 */
            region?: string;
            /** City · 城市 */
            city?: string;
            /**
             * Postcode · 邮编
             * @description "" = none
             */
            postcode?: string;
            /** Address · 地址 */
            address?: string;
            /** Employees · 员工数 */
            employees?: number | null;
            /**
             * Annual revenue · 年营收
             * @description A decimal number as text
             */
            annual_revenue?: string | null;
            /** Do not call · 请勿致电 */
            do_not_call?: boolean;
            /** Do not e-mail · 请勿发邮件 */
            do_not_email?: boolean;
            /** Source · 来源 */
            source?: string;
            /**
             * Status · 状态
             * @description `new` New, `assigned` Assigned, `working` Working, `qualified` Qualified, `disqualified` Disqualified, `converted` Converted
             * @enum {string}
             */
            status?: "new" | "assigned" | "working" | "qualified" | "disqualified" | "converted";
            /** Score · 评分 */
            score?: number | null;
            /** Description · 备注 */
            description?: string;
            /**
             * Estimated amount · 预估金额
             * @description A decimal number as text
             */
            amount?: string | null;
            /**
             * Currency · 币种
             * @description "" = none
             */
            currency?: string;
            /**
             * External id · 外部编号
             * @description "" = none
             */
            external_id?: string;
            /** Disqualified because · 淘汰原因 */
            disqualified_reason?: string;
            /** Conversion · 转化 */
            conversion?: components["schemas"]["LeadConversion"] | null;
            /**
             * Contacts made by conversions · 转化时新建的联系人
             * @description The id of contact
             */
            contacts_made?: string[];
            /**
             * Converted at · 转化时间
             * Format: date-time
             */
            converted_at?: string | null;
            /**
             * Became account · 转化的客户
             * @description The id of account
             */
            account?: string | null;
            /**
             * Became contact · 转化的联系人
             * @description The id of contact
             */
            contact?: string | null;
            /**
             * Became opportunity · 转化的商机
             * @description The id of opportunity
             */
            opportunity?: string | null;
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
         *       "name": "李雷",
         *       "given_name": "",
         *       "family_name": "",
         *       "email": "li@acme.example",
         *       "phone": "",
         *       "mobile": "",
         *       "wechat": "",
         *       "salutation": "",
         *       "company": "Acme 有限公司",
         *       "title": "",
         *       "department": "",
         *       "industry": "",
         *       "website": "",
         *       "country": "",
         *       "region": "",
         *       "city": "",
         *       "postcode": "",
         *       "address": "",
         *       "employees": null,
         *       "annual_revenue": null,
         *       "do_not_call": false,
         *       "do_not_email": false,
         *       "source": "web",
         *       "status": "new",
         *       "score": null,
         *       "description": "",
         *       "amount": null,
         *       "currency": "",
         *       "external_id": "",
         *       "disqualified_reason": "",
         *       "conversion": null,
         *       "contacts_made": [],
         *       "converted_at": null,
         *       "account": null,
         *       "contact": null,
         *       "opportunity": null,
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
        Lead: WithRequired<components["schemas"]["LeadPart"], "id" | "version" | "name" | "given_name" | "family_name" | "email" | "phone" | "mobile" | "wechat" | "salutation" | "company" | "title" | "department" | "industry" | "website" | "country" | "region" | "city" | "postcode" | "address" | "employees" | "annual_revenue" | "do_not_call" | "do_not_email" | "source" | "status" | "score" | "description" | "amount" | "currency" | "external_id" | "disqualified_reason" | "conversion" | "contacts_made" | "converted_at" | "account" | "contact" | "opportunity" | "owner" | "tags" | "archived" | "erased" | "created_at" | "created_by" | "updated_at" | "updated_by" | "custom">;
        LeadPage: {
            items: (components["schemas"]["Lead"] | components["schemas"]["LeadPart"])[];
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
         * AddLineItem
         * @description unit_price null = the price of the day in `price_book`, else in the deal's book, else the list price.
         *
         *     name and tax_percent: null = the product's.
         */
        AddLineItem: {
            /**
             * Product
             * @example 0193a7c2-7b1e-7cc3-9a54-0f2b7f0a4c11
             */
            product: string;
            /**
             * Name
             * @default null
             */
            name?: string | null;
            /**
             * Quantity
             * @default 1
             * @example 40
             */
            quantity?: string | number;
            /**
             * Unit Price
             * @default null
             */
            unit_price?: (string | number) | null;
            /**
             * Price Book
             * @default null
             */
            price_book?: string | null;
            /**
             * Discount Percent
             * @default 0
             * @example 12.5
             */
            discount_percent?: string | number;
            /**
             * Tax Percent
             * @default null
             */
            tax_percent?: (string | number) | null;
        };
        /**
         * ApplyExchangeRate
         * @description Take the rate that is known now of the deal's day: that of its closing; of an open deal, today.
         */
        ApplyExchangeRate: Record<string, never>;
        /** ChangeAmount */
        ChangeAmount: {
            /** Amount */
            amount: (string | number) | null;
            /**
             * Currency
             * @default null
             */
            currency?: string | null;
        };
        /** ChangeCloseDate */
        ChangeCloseDate: {
            /** Close Date */
            close_date: string | null;
        };
        /**
         * ChangeLineItem
         * @description What is null stays as it is.
         */
        ChangeLineItem: {
            /**
             * Line
             * @example 0193a7c2-7b1e-7cc3-9a54-0f2b7f0a4c11
             */
            line: string;
            /**
             * Name
             * @default null
             */
            name?: string | null;
            /**
             * Quantity
             * @default null
             */
            quantity?: (string | number) | null;
            /**
             * Unit Price
             * @default null
             */
            unit_price?: (string | number) | null;
            /**
             * Discount Percent
             * @default null
             */
            discount_percent?: (string | number) | null;
            /**
             * Tax Percent
             * @default null
             */
            tax_percent?: (string | number) | null;
        };
        /** ChangeOpportunityDetails */
        ChangeOpportunityDetails: {
            /**
             * Account
             * @default null
             */
            account?: string | null;
            /**
             * Product
             * @default null
             */
            product?: string | null;
            /**
             * Price Book
             * @default null
             */
            price_book?: string | null;
            /**
             * Source
             * @default
             */
            source?: string;
            /**
             * Next Step
             * @default
             */
            next_step?: string;
            /**
             * Description
             * @default
             */
            description?: string;
            /**
             * External Id
             * @default
             */
            external_id?: string;
            /** Custom */
            custom?: {
                [key: string]: unknown;
            };
            /**
             * Name
             * @default
             */
            name?: string;
            /**
             * Probability
             * @default 0
             */
            probability?: number;
        };
        /**
         * ChangeStage
         * @description checklist: the points of the gate that are ticked. probability: null = that of the stage.
         *
         *     The other fields are what the gate asks for: they are filled in by the same act, or nothing happens at all.
         * @example {
         *       "stage": "proposal"
         *     }
         */
        ChangeStage: {
            /**
             * Account
             * @default null
             */
            account?: string | null;
            /**
             * Product
             * @default null
             */
            product?: string | null;
            /**
             * Source
             * @default
             */
            source?: string;
            /**
             * Next Step
             * @default
             */
            next_step?: string;
            /**
             * Description
             * @default
             */
            description?: string;
            /**
             * Custom
             * @default {}
             */
            custom?: {
                [key: string]: unknown;
            };
            /**
             * Amount
             * @default null
             */
            amount?: (string | number) | null;
            /**
             * Currency
             * @default null
             */
            currency?: string | null;
            /**
             * Close Date
             * @default null
             */
            close_date?: string | null;
            /**
             * Owner
             * @default null
             */
            owner?: string | null;
            /** Stage */
            stage: string;
            /**
             * Checklist
             * @default []
             */
            checklist?: string[];
            /**
             * Probability
             * @default null
             */
            probability?: number | null;
        };
        /**
         * LoseOpportunity
         * @description close_date: null = the day of losing.
         */
        LoseOpportunity: {
            /** Reason */
            reason: string;
            /**
             * Close Date
             * @default null
             */
            close_date?: string | null;
        };
        /**
         * OpenOpportunity
         * @description pipeline: null = the default one. stage: null = its first. probability: null = that of the stage.
         * @example {
         *       "amount": "4800.00",
         *       "close_date": "2027-03-31",
         *       "currency": "CNY",
         *       "name": "Acme: 40 seats"
         *     }
         */
        OpenOpportunity: {
            /**
             * Account
             * @default null
             */
            account?: string | null;
            /**
             * Product
             * @default null
             */
            product?: string | null;
            /**
             * Price Book
             * @default null
             */
            price_book?: string | null;
            /**
             * Source
             * @default
             */
            source?: string;
            /**
             * Next Step
             * @default
             */
            next_step?: string;
            /**
             * Description
             * @default
             */
            description?: string;
            /**
             * External Id
             * @default
             */
            external_id?: string;
            /** Custom */
            custom?: {
                [key: string]: unknown;
            };
            /** Name */
            name: string;
            /**
             * Pipeline
             * @default null
             */
            pipeline?: string | null;
            /**
             * Stage
             * @default null
             */
            stage?: string | null;
            /**
             * Probability
             * @default null
             */
            probability?: number | null;
            /**
             * Amount
             * @default null
             */
            amount?: (string | number) | null;
            /**
             * Currency
             * @default null
             */
            currency?: string | null;
            /**
             * Close Date
             * @default null
             */
            close_date?: string | null;
            /**
             * Lead
             * @default null
             */
            lead?: string | null;
            /**
             * Owner
             * @default null
             */
            owner?: string | null;
        };
        /** RemoveContactRole */
        RemoveContactRole: {
            /**
             * Contact
             * @example 0193a7c2-7b1e-7cc3-9a54-0f2b7f0a4c11
             */
            contact: string;
        };
        /** RemoveLineItem */
        RemoveLineItem: {
            /**
             * Line
             * @example 0193a7c2-7b1e-7cc3-9a54-0f2b7f0a4c11
             */
            line: string;
        };
        /**
         * ReopenOpportunity
         * @description stage: null = the one it stood in when it closed, or the first if that was retired since.
         *
         *     As by ChangeStage, any other stage is entered through its gate. probability, close_date: what the deal has from now
         *     on; left out = the stage's probability, the date as it stands.
         */
        ReopenOpportunity: {
            /** Reason */
            reason: string;
            /**
             * Stage
             * @default null
             */
            stage?: string | null;
            /**
             * Probability
             * @default null
             */
            probability?: number | null;
            /**
             * Close Date
             * @default null
             */
            close_date?: string | null;
        };
        /**
         * SetContactRole
         * @description Who the contact is in this deal: one role each.
         */
        SetContactRole: {
            /**
             * Contact
             * @example 0193a7c2-7b1e-7cc3-9a54-0f2b7f0a4c11
             */
            contact: string;
            /**
             * Role
             * @enum {string}
             */
            role: "decision_maker" | "economic_buyer" | "influencer" | "evaluator" | "user" | "other";
        };
        /**
         * SetForecastCategory
         * @description commit = counted on, best_case = if all goes well, pipeline = not yet, omitted = left out.
         */
        SetForecastCategory: {
            /**
             * Category
             * @enum {string}
             */
            category: "omitted" | "pipeline" | "best_case" | "commit";
        };
        /**
         * WinOpportunity
         * @description amount: null = as it stands. close_date: null = the day of winning.
         */
        WinOpportunity: {
            /**
             * Amount
             * @default null
             */
            amount?: (string | number) | null;
            /**
             * Currency
             * @default null
             */
            currency?: string | null;
            /**
             * Close Date
             * @default null
             */
            close_date?: string | null;
        };
        /** Line */
        OpportunityLine: {
            /** Id */
            id: string;
            /** Product */
            product: string;
            /** Name */
            name: string;
            /** Quantity */
            quantity: string;
            /** Unit Price */
            unit_price: string;
            /** Discount Percent */
            discount_percent: string;
            /** Tax Percent */
            tax_percent: string;
            /** Amount */
            amount: string;
        };
        /** ContactRoleEntry */
        OpportunityContactRoleEntry: {
            /** Contact */
            contact: string;
            /**
             * Role
             * @enum {string}
             */
            role: "decision_maker" | "economic_buyer" | "influencer" | "evaluator" | "user" | "other";
        };
        /** @description Fields that were not asked for, or that are hidden from the caller, are left out */
        OpportunityPart: {
            /** Format: uuid */
            id: string;
            version: number;
            /** Name · 名称 */
            name?: string;
            /**
             * Account · 客户
             * @description The id of account
             */
            account?: string | null;
            /**
             * Pipeline · 销售流程
             * @description The id of pipeline, "" = none
             */
            pipeline?: string;
            /**
             * Stage · 阶段
             * @description "" = none
             * @example prospecting
             * @example qualification
             * @example proposal
             * @example negotiation
             */
            stage?: string;
            /**
             * Status · 状态
             * @description `open` Open, `won` Won, `lost` Lost
             * @enum {string}
             */
            status?: "open" | "won" | "lost";
            /**
             * Amount · 金额
             * @description A decimal number as text
             */
            amount?: string | null;
            /**
             * Weighted amount · 加权金额
             * @description A decimal number as text
             */
            weighted_amount?: string | null;
            /**
             * Currency · 币种
             * @description "" = none
             */
            currency?: string;
            /**
             * Amount in the organisation's currency · 本位币金额
             * @description A decimal number as text
             */
            base_amount?: string | null;
            /**
             * Weighted, in the organisation's currency · 本位币加权金额
             * @description A decimal number as text
             */
            weighted_base_amount?: string | null;
            /**
             * Organisation's currency · 本位币
             * @description "" = none
             */
            base_currency?: string;
            /**
             * Exchange rate · 汇率
             * @description A decimal number as text
             */
            exchange_rate?: string | null;
            /**
             * Day of the rate · 汇率日期
             * Format: date
             * @description YYYY-MM-DD
             */
            rate_day?: string | null;
            /**
             * Close date · 预计成交日
             * Format: date
             * @description YYYY-MM-DD
             */
            close_date?: string | null;
            /** Probability % · 赢率 % */
            probability?: number;
            /**
             * Forecast · 预测
             * @description `omitted` Omitted, `pipeline` Pipeline, `best_case` Best case, `commit` Commit
             * @enum {string}
             */
            forecast_category?: "omitted" | "pipeline" | "best_case" | "commit";
            /**
             * Main product · 主要产品
             * @description The id of product
             */
            product?: string | null;
            /**
             * All products · 全部产品
             * @description The id of product
             */
            products?: string[];
            /**
             * Price book · 价格表
             * @description The id of price_book
             */
            price_book?: string | null;
            /** Line items · 明细 */
            lines?: components["schemas"]["OpportunityLine"][];
            /** Contact roles · 联系人角色 */
            contact_roles?: components["schemas"]["OpportunityContactRoleEntry"][];
            /**
             * Contacts · 联系人
             * @description The id of contact
             */
            contacts?: string[];
            /** Ticked points · 已勾选 */
            checked?: string[];
            /** Source · 来源 */
            source?: string;
            /** Next step · 下一步 */
            next_step?: string;
            /** Description · 备注 */
            description?: string;
            /**
             * From lead · 来源线索
             * @description The id of lead
             */
            lead?: string | null;
            /**
             * External id · 外部编号
             * @description "" = none
             */
            external_id?: string;
            /**
             * Opened at · 开启时间
             * Format: date-time
             */
            opened_at?: string | null;
            /**
             * Opened on · 开启日期
             * Format: date
             * @description YYYY-MM-DD
             */
            opened_on?: string | null;
            /**
             * Closed at · 关闭时间
             * Format: date-time
             */
            closed_at?: string | null;
            /**
             * Closed on · 关闭日期
             * Format: date
             * @description YYYY-MM-DD
             */
            closed_on?: string | null;
            /** Cycle (days) · 成交周期（天） */
            cycle_days?: number | null;
            /** Lost reason · 输单原因 */
            lost_reason?: string;
            /**
             * In stage since · 进入阶段时间
             * Format: date-time
             */
            stage_since?: string | null;
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
         *       "name": "Acme: 40 seats",
         *       "account": null,
         *       "pipeline": "",
         *       "stage": "",
         *       "status": "open",
         *       "amount": "4800.00",
         *       "weighted_amount": null,
         *       "currency": "CNY",
         *       "base_amount": null,
         *       "weighted_base_amount": null,
         *       "base_currency": "",
         *       "exchange_rate": null,
         *       "rate_day": null,
         *       "close_date": "2027-03-31",
         *       "probability": 0,
         *       "forecast_category": "pipeline",
         *       "product": null,
         *       "products": [],
         *       "price_book": null,
         *       "lines": [],
         *       "contact_roles": [],
         *       "contacts": [],
         *       "checked": [],
         *       "source": "",
         *       "next_step": "",
         *       "description": "",
         *       "lead": null,
         *       "external_id": "",
         *       "opened_at": null,
         *       "opened_on": null,
         *       "closed_at": null,
         *       "closed_on": null,
         *       "cycle_days": null,
         *       "lost_reason": "",
         *       "stage_since": null,
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
        Opportunity: WithRequired<components["schemas"]["OpportunityPart"], "id" | "version" | "name" | "account" | "pipeline" | "stage" | "status" | "amount" | "weighted_amount" | "currency" | "base_amount" | "weighted_base_amount" | "base_currency" | "exchange_rate" | "rate_day" | "close_date" | "probability" | "forecast_category" | "product" | "products" | "price_book" | "lines" | "contact_roles" | "contacts" | "checked" | "source" | "next_step" | "description" | "lead" | "external_id" | "opened_at" | "opened_on" | "closed_at" | "closed_on" | "cycle_days" | "lost_reason" | "stage_since" | "owner" | "tags" | "archived" | "erased" | "created_at" | "created_by" | "updated_at" | "updated_by" | "custom">;
        OpportunityPage: {
            items: (components["schemas"]["Opportunity"] | components["schemas"]["OpportunityPart"])[];
            /** @description The cursor of the next page */
            next: string | null;
            /** @description With `names`: the titles of the records that are named here, by id */
            names?: {
                [key: string]: string;
            };
        };
        /**
         * AddStage
         * @description before: the stage it comes before; null = at the end.
         */
        AddStage: {
            /** Key */
            key: string;
            /** Zh */
            zh: string;
            /** En */
            en: string;
            /**
             * Titles
             * @default {}
             */
            titles?: {
                [key: string]: string;
            };
            /** Probability */
            probability: number;
            /** @default null */
            gate?: components["schemas"]["Gate"] | null;
            /**
             * Before
             * @default null
             */
            before?: string | null;
        };
        /** ChangePipelineDetails */
        ChangePipelineDetails: {
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
            /** Custom */
            custom?: {
                [key: string]: unknown;
            };
        };
        /**
         * DefinePipeline
         * @description A new pipeline with its stages in order.
         * @example {
         *       "name": "Renewals",
         *       "stages": [
         *         {
         *           "en": "Offer",
         *           "key": "offer",
         *           "probability": 50,
         *           "zh": "报价"
         *         }
         *       ]
         *     }
         */
        DefinePipeline: {
            /** Name */
            name: string;
            /** Stages */
            stages: components["schemas"]["StageModel"][];
            /**
             * Default
             * @default false
             */
            default?: boolean;
        };
        /**
         * Gate
         * @description What a deal needs to enter a stage. roles: whose hand (empty = anyone's). fields: what must be filled in.
         *
         *     checklist: points to tick. back: the earlier stages a deal may go back to from here; null = any.
         */
        Gate: {
            /**
             * Roles
             * @default []
             */
            roles?: string[];
            /**
             * Fields
             * @default []
             */
            fields?: string[];
            /**
             * Checklist
             * @default []
             */
            checklist?: components["schemas"]["Point"][];
            /**
             * Back
             * @default null
             */
            back?: string[] | null;
        };
        /** MakeDefault */
        MakeDefault: Record<string, never>;
        /**
         * Point
         * @description One point of a gate's checklist.
         */
        Point: {
            /** Key */
            key: string;
            /** Zh */
            zh: string;
            /** En */
            en: string;
        };
        /** RenameStage */
        RenameStage: {
            /** Key */
            key: string;
            /**
             * Zh
             * @default null
             */
            zh?: string | null;
            /**
             * En
             * @default null
             */
            en?: string | null;
            /**
             * Titles
             * @default null
             */
            titles?: {
                [key: string]: string;
            } | null;
            /**
             * Probability
             * @default null
             */
            probability?: number | null;
        };
        /** ReorderStages */
        ReorderStages: {
            /** Keys */
            keys: string[];
        };
        /** RetireStage */
        RetireStage: {
            /** Key */
            key: string;
        };
        /**
         * SetGate
         * @description gate null = nothing stands before the stage.
         */
        SetGate: {
            /** Key */
            key: string;
            gate: components["schemas"]["Gate"] | null;
        };
        /**
         * StageModel
         * @description titles: what it is called in a language, before zh and en.
         */
        StageModel: {
            /** Key */
            key: string;
            /** Zh */
            zh: string;
            /** En */
            en: string;
            /**
             * Titles
             * @default {}
             */
            titles?: {
                [key: string]: string;
            };
            /** Probability */
            probability: number;
            /** @default null */
            gate?: components["schemas"]["Gate"] | null;
        };
        /**
         * Gate
         * @description What a deal needs to enter a stage. roles: whose hand (empty = anyone's). fields: what must be filled in.
         *
         *     checklist: points to tick. back: the earlier stages a deal may go back to from here; null = any.
         */
        PipelineGate: {
            /**
             * Roles
             * @default []
             */
            roles?: string[];
            /**
             * Fields
             * @default []
             */
            fields?: string[];
            /**
             * Checklist
             * @default []
             */
            checklist?: components["schemas"]["PipelinePoint"][];
            /**
             * Back
             * @default null
             */
            back?: string[] | null;
        };
        /**
         * Point
         * @description One point of a gate's checklist.
         */
        PipelinePoint: {
            /** Key */
            key: string;
            /** Zh */
            zh: string;
            /** En */
            en: string;
        };
        /** StageShape */
        PipelineStageShape: {
            /** Key */
            key: string;
            /** Zh */
            zh: string;
            /** En */
            en: string;
            /** Titles */
            titles?: {
                [key: string]: string;
            };
            /** Probability */
            probability: number;
            gate: components["schemas"]["PipelineGate"] | null;
            /** Retired */
            retired: boolean;
        };
        /** @description Fields that were not asked for, or that are hidden from the caller, are left out */
        PipelinePart: {
            /** Format: uuid */
            id: string;
            version: number;
            /** Name · 名称 */
            name?: string;
            /** Description · 说明 */
            description?: string;
            /** Stages · 阶段 */
            stages?: components["schemas"]["PipelineStageShape"][];
            /**
             * Default since · 设为默认的时间
             * Format: date-time
             */
            default_since?: string | null;
            /** Default · 默认 */
            default?: boolean;
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
         *       "name": "Renewals",
         *       "description": "",
         *       "stages": [],
         *       "default_since": null,
         *       "default": false,
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
        Pipeline: WithRequired<components["schemas"]["PipelinePart"], "id" | "version" | "name" | "description" | "stages" | "default_since" | "default" | "tags" | "archived" | "erased" | "created_at" | "created_by" | "updated_at" | "updated_by" | "custom">;
        PipelinePage: {
            items: (components["schemas"]["Pipeline"] | components["schemas"]["PipelinePart"])[];
            /** @description The cursor of the next page */
            next: string | null;
            /** @description With `names`: the titles of the records that are named here, by id */
            names?: {
                [key: string]: string;
            };
        };
        /**
         * AddProduct
         * @example {
         *       "code": "GTX-PRO",
         *       "currency": "CNY",
         *       "list_price": "4821.00",
         *       "name": "GTX Pro"
         *     }
         */
        AddProduct: {
            /**
             * Code
             * @default
             */
            code?: string;
            /**
             * Series
             * @default
             */
            series?: string;
            /**
             * Category
             * @default
             */
            category?: string;
            /**
             * Unit
             * @default
             */
            unit?: string;
            /**
             * Tax Percent
             * @default 0
             * @example 12.5
             */
            tax_percent?: string | number;
            /**
             * Description
             * @default
             */
            description?: string;
            /**
             * External Id
             * @default
             */
            external_id?: string;
            /** Custom */
            custom?: {
                [key: string]: unknown;
            };
            /** Name */
            name: string;
            /**
             * List Price
             * @default null
             */
            list_price?: (string | number) | null;
            /**
             * Currency
             * @default
             * @example CNY
             */
            currency?: string;
        };
        /** ChangeProductDetails */
        ChangeProductDetails: {
            /**
             * Code
             * @default
             */
            code?: string;
            /**
             * Series
             * @default
             */
            series?: string;
            /**
             * Category
             * @default
             */
            category?: string;
            /**
             * Unit
             * @default
             */
            unit?: string;
            /**
             * Tax Percent
             * @default 0
             * @example 12.5
             */
            tax_percent?: string | number;
            /**
             * Description
             * @default
             */
            description?: string;
            /**
             * External Id
             * @default
             */
            external_id?: string;
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
         * SetListPrice
         * @description The price of those without a price book; null = none. Deals keep the price they were made with.
         */
        SetListPrice: {
            /** List Price */
            list_price: (string | number) | null;
            /**
             * Currency
             * @default
             * @example CNY
             */
            currency?: string;
        };
        /** @description Fields that were not asked for, or that are hidden from the caller, are left out */
        ProductPart: {
            /** Format: uuid */
            id: string;
            version: number;
            /** Name · 名称 */
            name?: string;
            /**
             * Code · 编码
             * @description "" = none
             */
            code?: string;
            /** Series · 系列 */
            series?: string;
            /** Category · 类别 */
            category?: string;
            /** Unit · 单位 */
            unit?: string;
            /**
             * List price · 标价
             * @description A decimal number as text
             */
            list_price?: string | null;
            /**
             * Currency · 币种
             * @description "" = none
             */
            currency?: string;
            /**
             * Tax % · 税率 %
             * @description A decimal number as text
             */
            tax_percent?: string;
            /** Description · 说明 */
            description?: string;
            /**
             * External id · 外部编号
             * @description "" = none
             */
            external_id?: string;
            /** Active · 在售 */
            active?: boolean;
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
         *       "name": "GTX Pro",
         *       "code": "GTX-PRO",
         *       "series": "",
         *       "category": "",
         *       "unit": "",
         *       "list_price": "4821.00",
         *       "currency": "CNY",
         *       "tax_percent": "0",
         *       "description": "",
         *       "external_id": "",
         *       "active": true,
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
        Product: WithRequired<components["schemas"]["ProductPart"], "id" | "version" | "name" | "code" | "series" | "category" | "unit" | "list_price" | "currency" | "tax_percent" | "description" | "external_id" | "active" | "tags" | "archived" | "erased" | "created_at" | "created_by" | "updated_at" | "updated_by" | "custom">;
        ProductPage: {
            items: (components["schemas"]["Product"] | components["schemas"]["ProductPart"])[];
            /** @description The cursor of the next page */
            next: string | null;
            /** @description With `names`: the titles of the records that are named here, by id */
            names?: {
                [key: string]: string;
            };
        };
        /**
         * ChangePriceBookDetails
         * @description The currency of a book never changes: its prices would mean something else.
         */
        ChangePriceBookDetails: {
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
            /** Custom */
            custom?: {
                [key: string]: unknown;
            };
        };
        /**
         * CreatePriceBook
         * @example {
         *       "currency": "CNY",
         *       "name": "Partners 2027"
         *     }
         */
        CreatePriceBook: {
            /** Name */
            name: string;
            /**
             * Currency
             * @example CNY
             */
            currency: string;
            /**
             * Description
             * @default
             */
            description?: string;
            /** Custom */
            custom?: {
                [key: string]: unknown;
            };
        };
        /** RemovePrice */
        RemovePrice: {
            /**
             * Product
             * @example 0193a7c2-7b1e-7cc3-9a54-0f2b7f0a4c11
             */
            product: string;
            /**
             * Valid From
             * Format: date
             * @example 2026-11-24
             */
            valid_from: string;
        };
        /**
         * SetPrice
         * @description From `valid_from` on the product costs this, until a later entry begins; the same day again replaces it.
         */
        SetPrice: {
            /**
             * Product
             * @example 0193a7c2-7b1e-7cc3-9a54-0f2b7f0a4c11
             */
            product: string;
            /**
             * Price
             * @example 0.0045
             */
            price: string | number;
            /**
             * Valid From
             * Format: date
             * @example 2026-11-24
             */
            valid_from: string;
        };
        /** PriceEntry */
        PriceBookPriceEntry: {
            /** Price */
            price: string;
            /** Valid From */
            valid_from: string;
        };
        /** @description Fields that were not asked for, or that are hidden from the caller, are left out */
        PriceBookPart: {
            /** Format: uuid */
            id: string;
            version: number;
            /** Name · 名称 */
            name?: string;
            /** Currency · 币种 */
            currency?: string;
            /** Description · 说明 */
            description?: string;
            /** Prices · 价格 */
            entries?: {
                [key: string]: components["schemas"]["PriceBookPriceEntry"][];
            };
            /**
             * Products · 产品
             * @description The id of product
             */
            products?: string[];
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
         *       "name": "Partners 2027",
         *       "currency": "CNY",
         *       "description": "",
         *       "entries": {},
         *       "products": [],
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
        PriceBook: WithRequired<components["schemas"]["PriceBookPart"], "id" | "version" | "name" | "currency" | "description" | "entries" | "products" | "tags" | "archived" | "erased" | "created_at" | "created_by" | "updated_at" | "updated_by" | "custom">;
        PriceBookPage: {
            items: (components["schemas"]["PriceBook"] | components["schemas"]["PriceBookPart"])[];
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
        /** Board */
        Board: {
            /** Pipeline */
            pipeline: string;
            /** Name */
            name: string;
            /** Columns */
            columns: components["schemas"]["Column"][];
            /** Closed */
            closed: components["schemas"]["Closed"][];
            /**
             * Rates
             * @enum {string}
             */
            rates?: "deal" | "today";
        };
        /** Closed */
        Closed: {
            /** Count */
            count: number;
            /**
             * Sums
             * @description A sum for each currency; with `in=base` the one in its own
             */
            sums: components["schemas"]["Sum"][];
            /**
             * Missing
             * @description What is not in that sum for lack of a rate
             */
            missing?: components["schemas"]["Sum"][];
            /**
             * Status
             * @enum {string}
             */
            status: "won" | "lost";
        };
        /** Column */
        Column: {
            /** Stage */
            stage: string;
            /** Zh */
            zh: string;
            /** En */
            en: string;
            /**
             * Titles
             * @description What it is called in a language, before `zh` and `en`
             */
            titles: {
                [key: string]: string;
            };
            /** Probability */
            probability: number | null;
            /** Retired */
            retired: boolean;
            /** Count */
            count: number;
            /**
             * Sums
             * @description A sum for each currency; with `in=base` the one in its own
             */
            sums: components["schemas"]["Sum"][];
            /**
             * Missing
             * @description What is not in that sum for lack of a rate
             */
            missing?: components["schemas"]["Sum"][];
            /**
             * Cards
             * @description The first deals of the column
             */
            cards: (components["schemas"]["Opportunity"] | components["schemas"]["OpportunityPart"])[];
        };
        /** DealsSummary */
        DealsSummary: {
            /** Open Deals */
            open_deals: number;
            /**
             * Open Amount
             * @description By currency; left out where amounts are hidden
             * @default {}
             */
            open_amount?: {
                [key: string]: string;
            };
            /** Won Deals */
            won_deals: number;
            /**
             * Last Won On
             * @description Left out where the day of closing is hidden
             * @default null
             */
            last_won_on?: string | null;
        };
        /** Price */
        Price: {
            /** Product */
            product: string;
            /**
             * On
             * Format: date
             */
            on: string;
            /**
             * Price
             * @example 1054.00
             */
            price: string;
            /** Currency */
            currency: string;
            /**
             * Valid From
             * Format: date
             */
            valid_from: string;
        };
        /** Stay */
        Stay: {
            /** Stage */
            stage: string;
            /** Zh */
            zh: string;
            /** En */
            en: string;
            /**
             * Titles
             * @description What it is called in a language, before `zh` and `en`
             */
            titles: {
                [key: string]: string;
            };
            /**
             * Status
             * @enum {string}
             */
            status: "open" | "won" | "lost";
            /**
             * Probability
             * @default 0
             */
            probability?: number;
            /**
             * From
             * Format: date-time
             */
            from: string;
            /**
             * To
             * Format: date-time
             * @description null = it is there still
             */
            to: string | null;
            /**
             * Seconds
             * @description Time in the stage; null once the deal is closed
             */
            seconds: number | null;
            /**
             * Actor
             * @description Who moved it there
             */
            actor: string;
        };
        /** Stays */
        Stays: {
            /** Items */
            items: components["schemas"]["Stay"][];
        };
        /** Sum */
        Sum: {
            /** Currency */
            currency: string;
            /** Count */
            count: number;
            /**
             * Amount
             * @example 1054.00
             */
            amount: string;
            /**
             * Weighted Amount
             * @example 527.00
             */
            weighted_amount: string;
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
