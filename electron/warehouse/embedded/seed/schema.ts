/**
 * Tables of the demo workspace: a plan kept per version, cost centre, account and month, with its dimensions behind
 * foreign keys. `plan_owner` owns everything and cannot sign in; people work through the group roles.
 */
export const schemaSql = `
create schema plan authorization plan_owner;
set role plan_owner;
comment on schema plan is 'Financial plan of Aldermoor Instruments';

create domain plan.money as numeric(18,2);
create domain plan.positive_rate as numeric(18,8) constraint rate_is_positive check (value > 0);
create domain plan.percentage as numeric(5,2) constraint percentage_range check (value between 0 and 100);
create type plan.account_kind as enum ('revenue', 'cost of sales', 'personnel', 'operating cost', 'depreciation', 'statistics');
create type plan.line_driver as enum ('manual', 'contract', 'headcount', 'trend', 'allocation');
create type plan.period_status as enum ('open', 'closed');

create table plan.currency (
  code char(3) primary key constraint currency_code check (code ~ '^[A-Z]{3}$'),
  name varchar(60) not null unique,
  decimals smallint not null default 2 constraint currency_decimals check (decimals between 0 and 4)
);
comment on table plan.currency is 'Currencies by ISO 4217 code';

create table plan.period (
  period char(7) primary key constraint period_format check (period ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
  name varchar(20) not null,
  fiscal_year integer not null constraint fiscal_year_range check (fiscal_year between 2000 and 2100),
  month smallint not null constraint month_range check (month between 1 and 12),
  starts_on date not null,
  ends_on date not null,
  status plan.period_status not null default 'open',
  constraint period_order check (ends_on > starts_on)
);
comment on table plan.period is 'Months of the fiscal year and whether their books are closed';

create table plan.version (
  code varchar(8) primary key,
  name varchar(60) not null,
  purpose varchar(200)
);
comment on table plan.version is 'Actuals, budget and forecast live side by side';

create table plan.cost_center (
  code varchar(8) primary key constraint cost_center_code check (code ~ '^CC[0-9]{4}$'),
  name varchar(80) not null,
  parent varchar(8) references plan.cost_center(code),
  level smallint not null constraint cost_center_level check (level in (1, 2, 3)),
  division varchar(40) not null,
  manager varchar(60),
  currency char(3) not null default 'EUR' references plan.currency(code),
  opened_on date not null default date '2015-01-01',
  closed_on date,
  constraint closed_after_opened check (closed_on is null or closed_on > opened_on)
);
comment on table plan.cost_center is 'Cost centres in three levels: company, division, cost centre';

create table plan.account (
  code varchar(6) primary key constraint account_code check (code ~ '^[1-9][0-9]{3,5}$'),
  name varchar(80) not null,
  kind plan.account_kind not null,
  sign smallint not null constraint account_sign check (sign in (1, -1)),
  posting boolean not null default true,
  comment varchar(200)
);
comment on table plan.account is 'Chart of accounts';
comment on column plan.account.sign is '1 for income, -1 for cost';
comment on column plan.account.posting is 'Group accounts take no plan lines';

create table plan.fx_rate (
  currency char(3) references plan.currency(code),
  period char(7) references plan.period(period),
  rate plan.positive_rate not null,
  primary key (currency, period)
);
comment on table plan.fx_rate is 'Units of the currency for one euro, plan rate of the month';

create table plan.assignment (
  login name not null,
  cost_center varchar(8) not null references plan.cost_center(code),
  since date not null default current_date,
  primary key (login, cost_center)
);
comment on table plan.assignment is 'Which planner plans which cost centre; row policies read it';

create table plan.plan_line (
  version varchar(8) not null references plan.version(code),
  cost_center varchar(8) not null references plan.cost_center(code),
  account varchar(6) not null references plan.account(code),
  period char(7) not null references plan.period(period),
  amount plan.money not null default 0,
  currency char(3) not null default 'EUR' references plan.currency(code),
  quantity numeric(14,3) constraint quantity_not_negative check (quantity >= 0),
  unit_price numeric(14,4),
  driver plan.line_driver not null default 'manual',
  probability plan.percentage not null default 100,
  valid_from date,
  valid_to date,
  memo varchar(200),
  amount_thousands numeric(18,3) generated always as (round(amount / 1000, 3)) stored,
  primary key (version, cost_center, account, period),
  constraint amount_within_limits check (amount between -50000000 and 50000000),
  constraint validity_order check (valid_to >= valid_from)
);
comment on table plan.plan_line is 'One amount per version, cost centre, account and month';
comment on column plan.plan_line.amount is 'In the currency of the line; cost is positive on cost accounts';
comment on column plan.plan_line.driver is 'How the amount came about';
comment on column plan.plan_line.probability is 'Percent; used by the weighted forecast';
comment on column plan.plan_line.amount_thousands is 'Amount in thousands, kept by the database';
create index plan_line_cost_center on plan.plan_line (cost_center, period);

create table plan.headcount (
  id bigint generated always as identity primary key,
  cost_center varchar(8) not null references plan.cost_center(code),
  position_title varchar(80) not null,
  grade varchar(3) not null constraint grade_list check (grade in ('A1', 'A2', 'B1', 'B2', 'C1', 'C2')),
  fte numeric(4,2) not null default 1 constraint fte_range check (fte > 0 and fte <= 1),
  starts_on date not null,
  ends_on date,
  monthly_salary plan.money constraint salary_positive check (monthly_salary > 0),
  constraint employment_order check (ends_on is null or ends_on >= starts_on)
);
comment on table plan.headcount is 'Positions; salaries are visible to controlling only';

create table plan.import_log (
  imported_at timestamptz not null default now(),
  file_name text not null,
  rows integer not null,
  remark text
);
comment on table plan.import_log is 'What the ledger interface delivered (no key: readable only)';

create view plan.variance as
  select f.cost_center, f.account, f.period, b.amount as budget, f.amount as forecast, f.amount - b.amount as variance
  from plan.plan_line f
  join plan.plan_line b on b.version = 'BUD' and (b.cost_center, b.account, b.period) = (f.cost_center, f.account, f.period)
  where f.version = 'FC1';
alter view plan.variance set (security_invoker = true);
comment on view plan.variance is 'Forecast against budget, line by line';

reset role;
`;

/**
 * Rights of the demo: planners write their own cost centres' budget and forecast, never actuals; the reviewer sees all;
 * the administrator maintains everything. Row policies name `session_user`: the login is the person.
 */
export const rightsSql = `
set role plan_owner;
grant usage on schema plan to planner, reviewer, plan_admin;
grant select on all tables in schema plan to planner, reviewer, plan_admin;
revoke select on plan.headcount from planner;
grant select (id, cost_center, position_title, grade, fte, starts_on, ends_on) on plan.headcount to planner;
grant insert, update, delete on plan.plan_line to planner, plan_admin;
grant insert (cost_center, position_title, grade, fte, starts_on, ends_on) on plan.headcount to planner;
grant update (position_title, grade, fte, starts_on, ends_on) on plan.headcount to planner;
grant update (memo) on plan.plan_line to reviewer;
grant insert, update, delete on plan.account, plan.cost_center, plan.period, plan.version, plan.currency, plan.fx_rate,
  plan.assignment, plan.headcount to plan_admin;

create function plan.plans(center varchar) returns boolean language sql stable
  begin atomic
    select exists (select from plan.assignment a where a.login = session_user and a.cost_center = center);
  end;
grant execute on function plan.plans(varchar) to planner, reviewer, plan_admin;

alter table plan.plan_line enable row level security;
create policy planners_read on plan.plan_line for select to planner using (cost_center in (select a.cost_center from plan.assignment a where a.login = session_user));
create policy planners_add on plan.plan_line for insert to planner with check (version <> 'ACT' and plan.plans(cost_center));
create policy planners_change on plan.plan_line for update to planner using (version <> 'ACT' and plan.plans(cost_center));
create policy planners_remove on plan.plan_line for delete to planner using (version <> 'ACT' and plan.plans(cost_center));
create policy reviewers_read on plan.plan_line for select to reviewer using (true);
create policy reviewers_remark on plan.plan_line for update to reviewer using (true);
create policy admins_all on plan.plan_line for all to plan_admin using (true);

alter table plan.headcount enable row level security;
create policy planners_positions on plan.headcount for all to planner using (plan.plans(cost_center));
create policy controlling_reads on plan.headcount for select to reviewer using (true);
create policy admins_all on plan.headcount for all to plan_admin using (true);
reset role;
`;
