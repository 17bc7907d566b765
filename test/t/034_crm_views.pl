# The example views, on tables as loaders land them: four ways to the same map.
# Opportunities give status and open amount, each counted once, and currencies
# are never added.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Acm;

my $node = new_cluster('crm');

# The same CRM everywhere: Acme has won one; Beta has open ones in two currencies;
# Gamma has lost one and is a prospect; Delta is deleted, and so is a deal of Acme
my %landed = (
	salesforce_fivetran => q{
		CREATE SCHEMA salesforce; SET search_path = salesforce;
		CREATE TABLE account (id text PRIMARY KEY, name text, website text, type text, billing_country text, billing_state text, industry text, owner_id text,
			currency_iso_code text, is_deleted boolean, _fivetran_deleted boolean, _fivetran_synced timestamptz);
		CREATE TABLE contact (id text PRIMARY KEY, account_id text, email text, is_deleted boolean);
		CREATE TABLE "user" (id text PRIMARY KEY, name text, email text);
		CREATE TABLE opportunity (id text PRIMARY KEY, account_id text, name text, stage_name text, is_closed boolean, is_won boolean, amount double precision,
			currency_iso_code text, created_date timestamptz, close_date date, owner_id text, is_deleted boolean, _fivetran_deleted boolean);
		INSERT INTO "user" VALUES ('u1', 'Ann', 'ann@us.example');
		INSERT INTO account VALUES ('1', 'Acme Inc', 'acme.com', 'Prospect', 'US', NULL, NULL, 'u1', 'USD', false, false), ('2', 'Beta GmbH', NULL, NULL, 'DE', NULL, NULL, 'u1', 'USD', false, false),
			('3', 'Gamma Ltd', 'gamma.io', 'Prospect', NULL, NULL, NULL, NULL, NULL, false, NULL), ('4', 'Delta', 'delta.fr', NULL, NULL, NULL, NULL, NULL, NULL, true, false);
		INSERT INTO contact VALUES ('c1', '2', 'jo@beta.de', false), ('c2', '2', 'jo@gmail.com', false);
		INSERT INTO opportunity VALUES ('o1', '1', 'First', 'Closed Won', true, true, 500, 'USD', NULL, NULL, 'u1', false, false),
			('o2', '2', 'One', 'Proposal', false, false, 100, 'USD', NULL, NULL, 'u1', false, false), ('o3', '2', 'Two', 'Proposal', false, false, 40, 'EUR', NULL, NULL, 'u1', false, false),
			('o4', '2', 'Three', 'Proposal', false, false, 11, 'USD', NULL, NULL, 'u1', false, false),
			('o5', '3', 'Lost', 'Closed Lost', true, false, 70, 'USD', NULL, NULL, NULL, false, false), ('o6', '1', 'Gone', 'Proposal', false, false, 9999, 'USD', NULL, NULL, NULL, true, false);},
	salesforce_airbyte => q{
		CREATE SCHEMA salesforce; SET search_path = salesforce;
		CREATE TABLE account ("Id" varchar, "Name" varchar, "Website" varchar, "Type" varchar, "BillingCountry" varchar, "BillingState" varchar, "Industry" varchar,
			"OwnerId" varchar, "CurrencyIsoCode" varchar, "IsDeleted" boolean, _airbyte_raw_id varchar, _airbyte_extracted_at timestamptz, _airbyte_meta jsonb);
		CREATE TABLE contact ("Id" varchar, "AccountId" varchar, "Email" varchar, "IsDeleted" boolean);
		CREATE TABLE "user" ("Id" varchar, "Name" varchar, "Email" varchar);
		CREATE TABLE opportunity ("Id" varchar, "AccountId" varchar, "Name" varchar, "StageName" varchar, "IsClosed" boolean, "IsWon" boolean, "Amount" numeric(38,9),
			"CurrencyIsoCode" varchar, "CreatedDate" timestamptz, "CloseDate" date, "OwnerId" varchar, "IsDeleted" boolean);
		INSERT INTO "user" VALUES ('u1', 'Ann', 'ann@us.example');
		INSERT INTO account VALUES ('1', 'Acme Inc', 'acme.com', 'Prospect', 'US', NULL, NULL, 'u1', 'USD', false), ('2', 'Beta GmbH', NULL, NULL, 'DE', NULL, NULL, 'u1', 'USD', false),
			('3', 'Gamma Ltd', 'gamma.io', 'Prospect', NULL, NULL, NULL, NULL, NULL, false), ('4', 'Delta', 'delta.fr', NULL, NULL, NULL, NULL, NULL, NULL, true);
		INSERT INTO contact VALUES ('c1', '2', 'jo@beta.de', false), ('c2', '2', 'jo@gmail.com', false);
		INSERT INTO opportunity VALUES ('o1', '1', 'First', 'Closed Won', true, true, 500, 'USD', NULL, NULL, 'u1', false),
			('o2', '2', 'One', 'Proposal', false, false, 100, 'USD', NULL, NULL, 'u1', false), ('o3', '2', 'Two', 'Proposal', false, false, 40, 'EUR', NULL, NULL, 'u1', false),
			('o4', '2', 'Three', 'Proposal', false, false, 11, 'USD', NULL, NULL, 'u1', false), ('o4', '2', 'Three', 'Proposal', false, false, 11, 'USD', NULL, NULL, 'u1', false),
			('o5', '3', 'Lost', 'Closed Lost', true, false, 70, 'USD', NULL, NULL, NULL, false), ('o6', '1', 'Gone', 'Proposal', false, false, 9999, 'USD', NULL, NULL, NULL, true);},
	hubspot_fivetran => q{
		CREATE SCHEMA hubspot; SET search_path = hubspot;
		CREATE TABLE company (id bigint PRIMARY KEY, is_deleted boolean, property_name text, property_website text, property_domain text, property_country text,
			property_state text, property_industry text, property_lifecyclestage text, property_hubspot_owner_id bigint);
		CREATE TABLE owner (owner_id bigint PRIMARY KEY, email text, first_name text);
		CREATE TABLE deal (deal_id bigint PRIMARY KEY, is_deleted boolean, deal_pipeline_stage_id text, owner_id bigint, property_dealname text, property_amount double precision,
			property_deal_currency_code text, property_hs_is_closed boolean, property_hs_is_closed_won boolean, property_createdate timestamptz, property_closedate timestamptz);
		CREATE TABLE deal_company (deal_id bigint, company_id bigint, type_id bigint);
		INSERT INTO owner VALUES (7, 'ann@us.example', 'Ann');
		INSERT INTO company VALUES (1, false, 'Acme Inc', NULL, 'acme.com', 'US', NULL, NULL, 'lead', 7), (2, false, 'Beta GmbH', 'beta.de', NULL, 'DE', NULL, NULL, NULL, 7),
			(3, false, 'Gamma Ltd', NULL, 'gamma.io', NULL, NULL, NULL, 'marketingqualifiedlead', NULL), (4, true, 'Delta', NULL, 'delta.fr', NULL, NULL, NULL, NULL, NULL);
		INSERT INTO deal VALUES (1, false, 'closedwon', 7, 'First', 500, 'USD', true, true), (2, false, 'contractsent', 7, 'One', 100, 'USD', false, false),
			(3, false, 'contractsent', 7, 'Two', 40, 'EUR', false, false), (4, false, 'contractsent', 7, 'Three', 11, 'USD', false, false),
			(5, false, 'closedlost', NULL, 'Lost', 70, 'USD', true, false), (6, true, 'contractsent', NULL, 'Gone', 9999, 'USD', false, false);
		INSERT INTO deal_company VALUES (1, 1, 5), (2, 2, 5), (2, 3, 341), (3, 2, 5), (4, 2, 5), (5, 3, 5), (6, 1, 5);},
	hubspot_airbyte => q{
		CREATE SCHEMA hubspot; SET search_path = hubspot;
		CREATE TABLE companies (id varchar, archived boolean, properties jsonb, "createdAt" timestamptz, "updatedAt" timestamptz, _airbyte_extracted_at timestamptz);
		CREATE TABLE owners (id varchar, email varchar);
		CREATE TABLE deals (id varchar, archived boolean, properties jsonb, companies jsonb);
		INSERT INTO owners VALUES ('7', 'ann@us.example');
		INSERT INTO companies VALUES ('1', false, '{"name": "Acme Inc", "domain": "acme.com", "country": "US", "lifecyclestage": "lead", "hubspot_owner_id": "7"}'),
			('2', false, '{"name": "Beta GmbH", "website": "beta.de", "country": "DE", "hubspot_owner_id": "7"}'),
			('3', false, '{"name": "Gamma Ltd", "domain": "gamma.io", "lifecyclestage": "marketingqualifiedlead"}'), ('4', true, '{"name": "Delta", "domain": "delta.fr"}');
		INSERT INTO deals VALUES ('1', false, '{"dealstage": "closedwon", "hs_is_closed": "true", "hs_is_closed_won": "true", "amount": "500", "deal_currency_code": "USD"}', '["1"]'),
			('2', false, '{"dealstage": "contractsent", "hs_is_closed": "false", "hs_is_closed_won": "false", "amount": "100", "deal_currency_code": "USD"}', '["2", "3"]'),
			('3', false, '{"dealstage": "contractsent", "hs_is_closed": "false", "hs_is_closed_won": "false", "amount": "40", "deal_currency_code": "EUR"}', '["2"]'),
			('4', false, '{"dealstage": "contractsent", "hs_is_closed": "false", "hs_is_closed_won": "false", "amount": "11", "deal_currency_code": "USD"}', '["2"]'),
			('5', false, '{"dealstage": "closedlost", "hs_is_closed": "true", "hs_is_closed_won": "false", "amount": "70", "deal_currency_code": "USD"}', '["3"]'),
			('6', true, '{"dealstage": "contractsent", "hs_is_closed": "false", "amount": "9999", "deal_currency_code": "USD"}', '["1"]'),
			('7', false, '{"dealstage": "contractsent", "hs_is_closed": "false", "amount": "", "deal_currency_code": null}', '[]');});

for my $crm (sort keys %landed)
{
	my ($schema) = $crm =~ /^(\w+?)_/;
	my $main = $crm =~ /^salesforce/ ? 'USD|111' : 'EUR|40';
	$node->safe_psql('postgres', "CREATE DATABASE $crm TEMPLATE template0");
	$node->safe_psql($crm, 'CREATE EXTENSION accountmatch');
	$node->safe_psql($crm, $landed{$crm});
	$node->psql($crm, slurp_file("examples/$crm.sql"), on_error_die => 1);
	$node->safe_psql($crm, qq{
		CREATE TABLE theirs (account_id int, name text, website text, status text);
		INSERT INTO theirs VALUES (1, 'ACME', 'www.acme.com', 'customer'), (2, 'Beta', 'beta.de', 'customer'), (3, 'Gamma', 'gamma.io', 'prospect'), (4, 'Delta', 'delta.fr', 'customer');
		SELECT accountmatch.set_our_list('$schema.crm_accounts'), accountmatch.set_opportunities('ours', '$schema.crm_opportunities'), accountmatch.add_partner('globex', 'theirs');
		CALL accountmatch.remap_all()});
	is($node->safe_psql($crm, q{SELECT our_id, our_status, segment, our_owner, our_currency, trim_scale(our_amount) FROM accountmatch.matches ORDER BY our_id}),
		"1|customer|customer-customer|ann\@us.example|" . ($crm =~ /^salesforce/ ? 'USD' : '') . "|\n"
		. "2|opportunity|opportunity-customer|ann\@us.example|$main\n3|prospect|prospect-prospect|||",
		"$crm: status and amount");
	is($node->safe_psql($crm, q{SELECT segment, our_accounts, currency, trim_scale(open_amount) FROM accountmatch.partner_summary WHERE open_amount IS NOT NULL ORDER BY currency}),
		"opportunity-customer|1|EUR|40\nopportunity-customer|1|USD|111", "$crm: what is open, by currency");

	# a deal is won: the map knows at the next run; nothing changed: nothing to do
	is($node->safe_psql($crm, q{SELECT (accountmatch.remap_now('globex')).kind}), 'nothing', "$crm: nothing changed");
	$node->safe_psql($crm, {
		salesforce_fivetran => q{UPDATE salesforce.opportunity SET is_closed = true, is_won = true WHERE id = 'o2'},
		salesforce_airbyte => q{UPDATE salesforce.opportunity SET "IsClosed" = true, "IsWon" = true WHERE "Id" = 'o2'},
		hubspot_fivetran => q{UPDATE hubspot.deal SET property_hs_is_closed = true, property_hs_is_closed_won = true WHERE deal_id = 2},
		hubspot_airbyte => q{UPDATE hubspot.deals SET properties = properties || '{"hs_is_closed": "true", "hs_is_closed_won": "true"}' WHERE id = '2'} }->{$crm});
	is($node->safe_psql($crm, q{SELECT reclassified FROM accountmatch.remap_now('globex')}), '1', "$crm: a deal was won");
	is($node->safe_psql($crm, q{SELECT kind, cause, old_segment, segment FROM accountmatch.feed ORDER BY event_id DESC LIMIT 1}),
		'reclassified|ours changed|opportunity-customer|customer-customer', "$crm: and the feed tells");
}

# What cannot be opportunities
my $db = 'salesforce_fivetran';
$node->safe_psql($db, 'CREATE TABLE public.bad (opportunity_id int, account_id int); CREATE TABLE public.stages (id int, account_id int, stage text, amount int)');
fails_with($node, $db, q{SELECT accountmatch.set_opportunities('ours', 'public.bad')}, '42703', 'public.bad has neither a column "is_closed" nor "stage"', 'Opportunities need', 'no stage');
fails_with($node, $db, q{SELECT accountmatch.set_opportunities('ours', 'public.stages')}, '42703', 'public.stages has no column "opportunity_id"', 'Opportunities need', 'no id');
fails_with($node, $db, q{SELECT accountmatch.set_opportunities('ours', 'public.stages', '{"opportunity_id": "id", "colour": "x"}')}, '22023', 'columns names an unknown attribute "colour"', undef, 'unknown');
# by the words of stages alone
$node->safe_psql($db, q{INSERT INTO public.stages VALUES (1, 1, 'closedlost', 5), (2, 1, 'Qualified', 7), (3, 3, 'Closed Won', 9);
	SELECT accountmatch.set_opportunities('ours', 'public.stages', '{"opportunity_id": "id"}'); CALL accountmatch.remap_all()});
is($node->safe_psql($db, q{SELECT our_id, our_status, our_amount FROM accountmatch.matches ORDER BY our_id}), "1|opportunity|7\n2||\n3|customer|", 'stages say it, too');
$node->safe_psql($db, q{SELECT accountmatch.set_opportunities('ours', NULL); CALL accountmatch.remap_all()});
is($node->safe_psql($db, q{SELECT our_id, our_status, our_amount FROM accountmatch.matches ORDER BY our_id}), "1|prospect|\n2||\n3|prospect|", 'and none take it back');

$node->stop;
done_testing();
